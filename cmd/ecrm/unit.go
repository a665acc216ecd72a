package main

import (
	"fmt"
	"strings"

	"ecrm/packaging"
)

// unit is the service for systemd: that of packaging/, with this program, its
// settings, the user who runs it and the folder he may write. Without a user
// systemd makes one, who owns only the folder it makes for him.
func unit(program string, arguments []string, user, folder string) (string, error) {
	words := []string{quoted(program)}
	for _, a := range arguments {
		words = append(words, quoted(a))
	}
	command := strings.Join(words, " ")
	if strings.ContainsAny(command+user+folder, "\n\r") || strings.Contains(command+folder, "{{") {
		return "", usageError{fmt.Errorf("a service cannot be given %q", command)}
	}
	var lines []string
	for line := range strings.Lines(packaging.SystemdUnit) {
		name, _, _ := strings.Cut(line, "=")
		switch {
		case strings.HasPrefix(line, "#") && lines == nil:
			continue // how to install it by hand
		case name == "ExecStart":
			line = "ExecStart=" + command + "\n"
		case user != "" && name == "DynamicUser":
			line = "User=" + user + "\nReadWritePaths=" + quoted(folder) + "\n"
		case user != "" && strings.HasPrefix(name, "StateDirectory"):
			continue
		}
		lines = append(lines, line)
	}
	return strings.TrimLeft(strings.Join(lines, ""), "\n"), nil
}

// quoted writes a word as systemd reads it.
func quoted(word string) string {
	word = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%", "$", "$$").Replace(word)
	if word == "" || strings.ContainsAny(word, " \t'\";\\") {
		return `"` + word + `"`
	}
	return word
}
