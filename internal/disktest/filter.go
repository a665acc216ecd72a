//go:build linux && (amd64 || arm64)

package disktest

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// variable names the environment variable with the descriptor by which a process under test hands
// its filter over.
const variable = "ECRM_TEST_DISK"

// unsupported is why a system has no filters.
type unsupported struct{ reason string }

func (u unsupported) Error() string { return u.reason }

// Enter becomes the process under test where it was started as one, and returns otherwise.
func Enter() {
	socket, err := strconv.Atoi(os.Getenv(variable))
	if err != nil {
		return
	}
	// The filter is this thread's, and the program that takes its place inherits it.
	runtime.LockOSThread()
	listener, err := install()
	if err != nil {
		_, _ = syscall.Write(socket, []byte("!"+err.Error()))
		os.Exit(1)
	}
	if err := unix.Sendmsg(socket, []byte("."), unix.UnixRights(listener), nil, 0); err != nil {
		os.Exit(1)
	}
	_ = unix.Close(socket)
	var env []string
	for _, one := range os.Environ() {
		if !strings.HasPrefix(one, variable+"=") {
			env = append(env, one)
		}
	}
	err = syscall.Exec("/proc/self/exe", os.Args, env) //nolint:gosec // this test's own program
	fmt.Fprintln(os.Stderr, "the process under test:", err)
	os.Exit(1)
}

// install puts the filter on this thread and answers the descriptor that hears of its calls.
func install() (int, error) {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return 0, err
	}
	program := program()
	p := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	// With the second flag signals do not interrupt a call that is being answered; Linux 5.19.
	for _, flags := range []uintptr{unix.SECCOMP_FILTER_FLAG_NEW_LISTENER | unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER} {
		fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&p))) //nolint:gosec // what the kernel takes
		if errno == 0 {
			return int(fd), nil
		}
		if errno != unix.EINVAL {
			return 0, errno
		}
	}
	return 0, unix.EINVAL
}

// program tells the kernel which calls to hand over: those of handlers and legacy, and of those that
// open a file only such as may make or empty one.
func program() []unix.SockFilter {
	const number, architecture, arguments = 0, 4, 16
	notify := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_USER_NOTIF}
	allow := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW}
	load := func(offset uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
	}
	equal := func(value uint32, otherwise uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: otherwise, K: value}
	}
	program := []unix.SockFilter{load(architecture), {Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: 1, K: machine}, allow, load(number)}
	for _, calls := range []map[uintptr]handler{handlers, legacy} {
		for nr := range calls {
			argument, opening := opens[nr]
			if !opening {
				program = append(program, equal(uint32(nr), 1), notify)
				continue
			}
			program = append(program, equal(uint32(nr), 4), load(arguments+8*argument),
				unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, Jf: 1, K: unix.O_CREAT | unix.O_TRUNC}, notify, allow)
		}
	}
	return append(program, allow)
}

// receive waits for the descriptor of a process that enters.
func receive(socket int) (int, error) {
	text, rights := make([]byte, 200), make([]byte, unix.CmsgSpace(4))
	n, got, _, _, err := unix.Recvmsg(socket, text, rights, unix.MSG_CMSG_CLOEXEC)
	switch {
	case err != nil:
		return 0, fmt.Errorf("receive the filter: %w", err)
	case n == 0:
		return 0, fmt.Errorf("the process under test did not call Enter")
	case text[0] == '!':
		return 0, unsupported{"seccomp: " + string(text[1:n])}
	}
	messages, err := unix.ParseSocketControlMessage(rights[:got])
	if err != nil || len(messages) != 1 {
		return 0, fmt.Errorf("receive the filter: %d messages, %w", len(messages), err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return 0, err
	}
	return fds[0], nil
}

// notification and response are the kernel's struct seccomp_notif and seccomp_notif_resp.
type notification struct {
	id   uint64
	pid  uint32
	_    uint32
	nr   int32
	_    uint32
	_    uint64
	args [6]uint64
}

type response struct {
	id    uint64
	value int64
	errno int32
	flags uint32
}

// serve answers the calls of a process until it ends.
func (d *Disk) serve(listener int) {
	defer func() { _ = unix.Close(listener) }()
	for {
		wait := []unix.PollFd{{Fd: int32(listener), Events: unix.POLLIN}}
		if _, err := unix.Poll(wait, -1); err != nil && err != unix.EINTR {
			return
		}
		if wait[0].Revents&unix.POLLIN == 0 {
			if wait[0].Revents != 0 {
				return // nobody is left who could ask
			}
			continue
		}
		var n notification
		if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(listener), unix.SECCOMP_IOCTL_NOTIF_RECV, uintptr(unsafe.Pointer(&n))); errno != 0 { //nolint:gosec // what the kernel takes
			continue // whoever asked is gone
		}
		d.respond(listener, &n)
	}
}

func (d *Disk) respond(listener int, n *notification) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls++
	d.arrive()
	handle := handlers[uintptr(n.nr)]
	if handle == nil {
		handle = legacy[uintptr(n.nr)]
	}
	a := handle(d, &call{int(n.pid), n.args})
	r := response{id: n.id, value: a.value, errno: -int32(a.errno)}
	if a.proceed {
		r = response{id: n.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
	}
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(listener), unix.SECCOMP_IOCTL_NOTIF_SEND, uintptr(unsafe.Pointer(&r))); errno != 0 && errno != unix.ENOENT { //nolint:gosec // what the kernel takes
		d.problem("answer a call: %v", errno)
	}
}
