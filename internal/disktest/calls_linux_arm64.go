package disktest

import "golang.org/x/sys/unix"

const machine = unix.AUDIT_ARCH_AARCH64

// legacy are calls this machine never had.
var legacy = map[uintptr]handler{}

// opens are the calls that open files, with the number of the argument that holds the flags.
var opens = map[uintptr]uint32{unix.SYS_OPENAT: 2}
