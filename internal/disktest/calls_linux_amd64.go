package disktest

import "golang.org/x/sys/unix"

const machine = unix.AUDIT_ARCH_X86_64

// legacy are calls that other machines never had, with the argument that holds the flags of those
// which open.
var legacy = map[uintptr]handler{
	unix.SYS_OPEN:   func(d *Disk, c *call) answer { return d.open(c, here, c.args[0], c.args[1]) },
	unix.SYS_CREAT:  func(d *Disk, c *call) answer { return d.open(c, here, c.args[0], unix.O_CREAT|unix.O_TRUNC) },
	unix.SYS_MKDIR:  func(d *Disk, c *call) answer { return d.mkdir(c, here, c.args[0], c.args[1]) },
	unix.SYS_UNLINK: func(d *Disk, c *call) answer { return d.unlink(c, here, c.args[0], 0) },
	unix.SYS_RMDIR:  func(d *Disk, c *call) answer { return d.unlink(c, here, c.args[0], unix.AT_REMOVEDIR) },
	unix.SYS_RENAME: func(d *Disk, c *call) answer { return d.rename(c, here, c.args[0], here, c.args[1], 0) },
	unix.SYS_LINK:   func(d *Disk, c *call) answer { return d.link(c, here, c.args[0], here, c.args[1]) },
}

// opens are the calls that open files, with the number of the argument that holds the flags.
var opens = map[uintptr]uint32{unix.SYS_OPENAT: 2, unix.SYS_OPEN: 1}
