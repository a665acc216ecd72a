//go:build linux && (amd64 || arm64)

package disktest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// call is a system call of the process under test, which waits for its answer.
type call struct {
	thread int
	args   [6]uint64
}

// answer is what the process is told: an error, a value, or to do it itself.
type answer struct {
	proceed bool
	value   int64
	errno   unix.Errno
}

var proceed = answer{proceed: true}

func (c *call) descriptor(fd uint64) string {
	return fmt.Sprintf("/proc/%d/fd/%d", c.thread, int32(fd))
}

// memory reads what lies at an address of the process.
func (c *call) memory(address, size uint64) ([]byte, error) {
	data := make([]byte, size)
	if size == 0 {
		return data, nil
	}
	local := []unix.Iovec{{Base: &data[0], Len: size}}
	n, err := unix.ProcessVMReadv(c.thread, local, []unix.RemoteIovec{{Base: uintptr(address), Len: int(size)}}, 0)
	if err == nil && uint64(n) != size {
		err = fmt.Errorf("%d of %d bytes", n, size)
	}
	return data, err
}

// text reads a string that ends with a zero, page by page, since the next may not be there.
func (c *call) text(address uint64) (string, error) {
	const page = 4096
	var b strings.Builder
	for b.Len() <= page {
		part, err := c.memory(address, page-address%page)
		if err != nil {
			return "", err
		}
		text, _, ended := strings.Cut(string(part), "\x00")
		b.WriteString(text)
		if ended {
			return b.String(), nil
		}
		address += uint64(len(part))
	}
	return "", unix.ENAMETOOLONG
}

// path is the path a call names, as this process can use it.
func (c *call) path(dir, address uint64) (string, error) {
	text, err := c.text(address)
	if err != nil || filepath.IsAbs(text) {
		return text, err
	}
	base := c.descriptor(dir)
	if int32(dir) == unix.AT_FDCWD {
		base = fmt.Sprintf("/proc/%d/cwd", c.thread)
	}
	resolved, err := os.Readlink(base)
	return filepath.Join(resolved, text), err
}

// vectors gathers what a call with several buffers writes.
func (c *call) vectors(address, count uint64) ([]byte, error) {
	raw, err := c.memory(address, count*uint64(unsafe.Sizeof(unix.Iovec{})))
	if err != nil || count == 0 {
		return nil, err
	}
	var all []byte
	for _, v := range unsafe.Slice((*unix.RemoteIovec)(unsafe.Pointer(&raw[0])), count) { //nolint:gosec // the kernel's struct iovec
		part, err := c.memory(uint64(v.Base), uint64(v.Len))
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
	}
	return all, nil
}

// position is where a plain write of an open file goes.
func (c *call) position(n *inode) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/fdinfo/%d", c.thread, int32(c.args[0])))
	if err != nil {
		return 0, err
	}
	var at int64
	var flags int
	if _, err := fmt.Sscanf(string(text), "pos:\t%d\nflags:\t%o", &at, &flags); err != nil {
		return 0, err
	}
	if flags&unix.O_APPEND != 0 {
		at = n.size
	}
	return at, nil
}

type handler func(d *Disk, c *call) answer

const here = uint64(0xffffffffffffff9c) // AT_FDCWD

// handlers are the system calls that change files; those of older machines stand in legacy.
var handlers = map[uintptr]handler{
	unix.SYS_WRITE: func(d *Disk, c *call) answer {
		return d.write(c, c.position, func() ([]byte, error) { return c.memory(c.args[1], c.args[2]) })
	},
	unix.SYS_PWRITE64: func(d *Disk, c *call) answer {
		return d.write(c, c.fourth, func() ([]byte, error) { return c.memory(c.args[1], c.args[2]) })
	},
	unix.SYS_WRITEV: func(d *Disk, c *call) answer {
		return d.write(c, c.position, func() ([]byte, error) { return c.vectors(c.args[1], c.args[2]) })
	},
	unix.SYS_PWRITEV: func(d *Disk, c *call) answer {
		return d.write(c, c.fourth, func() ([]byte, error) { return c.vectors(c.args[1], c.args[2]) })
	},
	unix.SYS_FTRUNCATE: func(d *Disk, c *call) answer {
		n := d.opened(c, c.args[0])
		if n == nil {
			return proceed
		}
		if d.readOnly {
			return answer{errno: unix.EROFS}
		}
		d.sized(n, int64(c.args[1]), false)
		return proceed
	},
	unix.SYS_FALLOCATE: func(d *Disk, c *call) answer {
		n := d.opened(c, c.args[0])
		if n == nil {
			return proceed
		}
		if d.readOnly {
			return answer{errno: unix.EROFS}
		}
		if c.args[1] != 0 {
			return answer{errno: unix.EOPNOTSUPP} // holes: everybody does without
		}
		d.sized(n, int64(c.args[2]+c.args[3]), true)
		return proceed
	},
	unix.SYS_FSYNC: (*Disk).synchronise, unix.SYS_FDATASYNC: (*Disk).synchronise,
	unix.SYS_OPENAT:   func(d *Disk, c *call) answer { return d.open(c, c.args[0], c.args[1], c.args[2]) },
	unix.SYS_MKDIRAT:  func(d *Disk, c *call) answer { return d.mkdir(c, c.args[0], c.args[1], c.args[2]) },
	unix.SYS_UNLINKAT: func(d *Disk, c *call) answer { return d.unlink(c, c.args[0], c.args[1], c.args[2]) },
	unix.SYS_RENAMEAT2: func(d *Disk, c *call) answer {
		return d.rename(c, c.args[0], c.args[1], c.args[2], c.args[3], c.args[4])
	},
	unix.SYS_RENAMEAT: func(d *Disk, c *call) answer { return d.rename(c, c.args[0], c.args[1], c.args[2], c.args[3], 0) },
	unix.SYS_LINKAT:   func(d *Disk, c *call) answer { return d.link(c, c.args[0], c.args[1], c.args[2], c.args[3]) },
	// Their callers fall back to reading and writing, which is seen.
	unix.SYS_COPY_FILE_RANGE: func(d *Disk, c *call) answer { return d.without(c, c.args[2]) },
	unix.SYS_SPLICE:          func(d *Disk, c *call) answer { return d.without(c, c.args[2]) },
	unix.SYS_SENDFILE:        func(d *Disk, c *call) answer { return d.without(c, c.args[0]) },
}

func (c *call) fourth(*inode) (int64, error) { return int64(c.args[3]), nil }

func (d *Disk) without(c *call, fd uint64) answer {
	if d.opened(c, fd) != nil {
		return answer{errno: unix.ENOSYS}
	}
	return proceed
}

func (d *Disk) write(c *call, where func(*inode) (int64, error), what func() ([]byte, error)) answer {
	n := d.opened(c, c.args[0])
	if n == nil || n.dir {
		return proceed
	}
	at, err := where(n)
	if err != nil {
		d.problem("where a write goes: %v", err)
		return proceed
	}
	data, err := what()
	if err != nil {
		d.problem("what is written: %v", err)
		return proceed
	}
	if errno := d.wrote(n, at, data); errno != 0 {
		return answer{errno: errno}
	}
	return proceed
}

func (d *Disk) synchronise(c *call) answer {
	n := d.opened(c, c.args[0])
	if n == nil {
		return proceed
	}
	return answer{errno: d.sync(c, n)}
}

func (d *Disk) open(c *call, dir, address, flags uint64) answer {
	path, err := c.path(dir, address)
	if err != nil {
		return proceed
	}
	parent := d.directory(path)
	if parent == nil {
		return proceed
	}
	if d.readOnly && flags&(unix.O_WRONLY|unix.O_RDWR) != 0 {
		return answer{errno: unix.EROFS}
	}
	_, _, err = placed(path)
	switch n := d.at(path); {
	case err != nil && flags&unix.O_CREAT != 0:
		if d.room >= 0 && d.used >= d.room {
			return answer{errno: unix.ENOSPC}
		}
		d.coming[path] = parent
	case n != nil && flags&unix.O_TRUNC != 0 && flags&(unix.O_CREAT|unix.O_EXCL) != unix.O_CREAT|unix.O_EXCL:
		d.sized(n, 0, false)
	}
	return proceed
}

func (d *Disk) mkdir(c *call, dir, address, mode uint64) answer {
	path, err := c.path(dir, address)
	if err != nil {
		return proceed
	}
	parent := d.directory(path)
	if parent == nil {
		return proceed
	}
	if d.readOnly {
		return answer{errno: unix.EROFS}
	}
	if err := unix.Mkdir(path, uint32(mode)); err != nil {
		return failed(err)
	}
	d.coming[path] = parent
	d.arrive()
	return answer{}
}

func (d *Disk) unlink(c *call, dir, address, flags uint64) answer {
	path, err := c.path(dir, address)
	if err != nil {
		return proceed
	}
	parent := d.directory(path)
	if parent == nil {
		return proceed
	}
	n := d.at(path)
	if d.readOnly {
		return answer{errno: unix.EROFS}
	}
	if err := unix.Unlinkat(unix.AT_FDCWD, path, int(flags)); err != nil {
		return failed(err)
	}
	d.removed(parent, path, n)
	return answer{}
}

func (d *Disk) rename(c *call, fromDir, from, toDir, to, flags uint64) answer {
	old, err := c.path(fromDir, from)
	if err != nil {
		return proceed
	}
	path, err := c.path(toDir, to)
	if err != nil {
		return proceed
	}
	source, target := d.directory(old), d.directory(path)
	if source == nil && target == nil {
		return proceed
	}
	if source == nil || target == nil || flags != 0 {
		d.problem("a file was moved between the folder and elsewhere: %s to %s", old, path)
		return proceed
	}
	if d.readOnly {
		return answer{errno: unix.EROFS}
	}
	n, replaced := d.at(old), d.at(path)
	if err := unix.Rename(old, path); err != nil {
		return failed(err)
	}
	target.renamed = append(target.renamed, naming{filepath.Base(path), n})
	source.renamed = append(source.renamed, naming{name: filepath.Base(old)})
	if replaced != n {
		d.unlinked(replaced)
	}
	return answer{}
}

func (d *Disk) link(c *call, fromDir, from, toDir, to uint64) answer {
	old, err := c.path(fromDir, from)
	if err != nil {
		return proceed
	}
	path, err := c.path(toDir, to)
	if err != nil {
		return proceed
	}
	target, n := d.directory(path), d.at(old)
	if target == nil || n == nil {
		return proceed
	}
	if d.readOnly {
		return answer{errno: unix.EROFS}
	}
	if err := unix.Link(old, path); err != nil {
		return failed(err)
	}
	n.links++
	target.renamed = append(target.renamed, naming{filepath.Base(path), n})
	return answer{}
}

func failed(err error) answer {
	errno, ok := err.(unix.Errno) //nolint:errorlint // unix answers the number itself
	if !ok {
		errno = unix.EIO
	}
	return answer{errno: errno}
}
