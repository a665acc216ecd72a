// Package packaging holds what ECRM is installed with.
package packaging

import _ "embed"

// SystemdUnit is the service for systemd as it is installed by hand; `ecrm
// service install` puts its own settings in.
//
//go:embed ecrm.service
var SystemdUnit string
