// Package disktest puts a disk under a process that a test can take the power from, fill up and
// make faulty. Only tests import it.
//
// A process that is killed leaves what it wrote in the page cache, so that no kill tells whether it
// was synced. Here every change the process asks of a folder (writes, names, removals, syncs) passes
// this package, which keeps beside the folder itself what a disk would surely hold: the content of a
// file as of its last fsync, the names in a directory as of the directory's own. Image writes that
// down as another folder, at any instant and as often as wanted, while the process goes on.
//
// It works on Linux by a seccomp filter that hands the system calls concerned to the test, which
// needs no rights, no mount and no change of the program. What a process writes through shared
// memory maps is not seen; SQLite does so in its -shm file alone, which it builds anew.
//
//	func TestMain(m *testing.M) {
//		disktest.Enter() // first of all: the process under test comes through here
//		…
//	}
//
//	disk := disktest.New(t, folder)
//	disk.Start(exec.Command(os.Args[0], …))
//	disk.Image(other, nil)
package disktest
