package disktest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// sector is what a disk writes as a whole.
const sector = 512

// inode is a file or a directory, as it is on the disk for sure and with what was asked of it since.
type inode struct {
	// size is that of the file as the process sees it.
	size  int64
	links int
	dir   bool

	content []byte
	changes []change

	names   map[string]*inode
	renamed []naming
}

// change is a write, or, without data, a new length.
type change struct {
	at   int64
	data []byte
	// grow tells a new length that never makes the file shorter.
	grow bool
}

// naming gives a name in a directory to an inode, or takes it away.
type naming struct {
	name string
	to   *inode
}

func newFile() *inode { return &inode{links: 1} }

func newDir() *inode { return &inode{links: 1, dir: true, names: map[string]*inode{}} }

// applied puts a change into a content.
func (c change) applied(to []byte) []byte {
	end := c.at + int64(len(c.data))
	if c.data == nil && !c.grow && end < int64(len(to)) {
		return to[:end]
	}
	if missing := end - int64(len(to)); missing > 0 {
		to = append(to, make([]byte, missing)...)
	}
	copy(to[c.at:], c.data)
	return to
}

// synced makes everything asked for last.
func (n *inode) synced() {
	for _, c := range n.changes {
		n.content = c.applied(n.content)
	}
	for _, r := range n.renamed {
		rename(n.names, r)
	}
	n.changes, n.renamed = nil, nil
}

// dropped forgets what was asked for, as Linux does when a sync fails: the pages count as written.
func (n *inode) dropped() { n.changes = nil }

func rename(names map[string]*inode, r naming) {
	if r.to == nil {
		delete(names, r.name)
		return
	}
	names[r.name] = r.to
}

// write makes a folder of what is on the disk. Of what was asked for and never synced, luck lets
// some arrive all the same: parts of some writes, in any order, and the first of the names.
func (n *inode) write(path string, luck *rand.Rand) error {
	if !n.dir {
		content := append([]byte(nil), n.content...)
		if luck != nil {
			for _, c := range n.changes {
				content = arrived(content, c, luck)
			}
		}
		return os.WriteFile(path, content, 0o600)
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	names := make(map[string]*inode, len(n.names))
	for name, to := range n.names {
		names[name] = to
	}
	if luck != nil && len(n.renamed) > 0 {
		for _, r := range n.renamed[:luck.IntN(len(n.renamed)+1)] {
			rename(names, r)
		}
	}
	for name, to := range names {
		if err := to.write(filepath.Join(path, name), luck); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}

// arrived is what becomes of a write under way when the power goes: nothing, all, or some sectors.
func arrived(to []byte, c change, luck *rand.Rand) []byte {
	switch luck.IntN(3) {
	case 0:
		return to
	case 1:
		return c.applied(to)
	}
	if c.data == nil {
		return c.applied(to)
	}
	for begin := int64(0); begin < int64(len(c.data)); {
		end := min(begin+sector-(c.at+begin)%sector, int64(len(c.data)))
		if luck.IntN(2) == 0 {
			to = change{at: c.at + begin, data: c.data[begin:end]}.applied(to)
		}
		begin = end
	}
	return to
}
