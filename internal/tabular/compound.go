package tabular

import (
	"encoding/binary"
	"io"
	"os"
	"slices"
	"unicode/utf16"
)

// compoundFile is a file of Microsoft's older programs: a small file system of
// sectors, chained by a table of which sector follows which.
type compoundFile struct {
	f       *os.File
	size    int64
	sector  int64
	fat     []uint32
	miniFAT []uint32
	cutoff  int64 // shorter streams are in the mini stream
	entries []compoundEntry
	mini    *io.SectionReader
}

type compoundEntry struct {
	name  string
	kind  byte // 2 is a stream, 5 the root
	start uint32
	size  int64
}

const (
	compoundMagic      = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"
	compoundMiniSector = 64
	compoundMaxEntries = 100_000
	sectorFree         = 0xFFFFFFFA // this and above name no sector
)

func damaged(part string) error { return fail(CodeBadWorkbook, nil, "part", part) }

// openCompound reads the directory of a compound file.
func openCompound(f *os.File) (*compoundFile, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, asError(err)
	}
	var h [512]byte
	if _, err := f.ReadAt(h[:], 0); err != nil {
		return nil, fail(CodeTruncated, err)
	}
	le := binary.LittleEndian
	c := &compoundFile{f: f, size: st.Size(), cutoff: int64(le.Uint32(h[0x38:]))}
	switch shift := le.Uint16(h[0x1E:]); shift {
	case 9, 12:
		c.sector = 1 << shift
	default:
		return nil, damaged("header")
	}
	table := make([]uint32, 0, 109)
	for i := range 109 {
		table = append(table, le.Uint32(h[0x4C+4*i:]))
	}
	// Where the table is longer than the header holds, it goes on in sectors
	// whose last word names the next.
	buf := make([]byte, c.sector)
	for next, n := le.Uint32(h[0x44:]), int64(0); next < sectorFree && n <= c.sectors(); n++ {
		if err := c.read(next, buf); err != nil {
			return nil, err
		}
		for i := 0; i+8 <= len(buf); i += 4 {
			table = append(table, le.Uint32(buf[i:]))
		}
		next = le.Uint32(buf[len(buf)-4:])
	}
	for _, at := range table {
		if at >= sectorFree || int64(len(c.fat)) >= c.sectors() {
			continue
		}
		if err := c.read(at, buf); err != nil {
			return nil, err
		}
		c.fat = appendWords(c.fat, buf)
	}
	if err := c.readDirectory(le.Uint32(h[0x30:])); err != nil {
		return nil, err
	}
	if start := le.Uint32(h[0x3C:]); start < sectorFree {
		r, err := c.chain(start, -1)
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(r)
		if err != nil {
			return nil, asError(err)
		}
		c.miniFAT = appendWords(nil, b)
	}
	return c, nil
}

func appendWords(dst []uint32, b []byte) []uint32 {
	for ; len(b) >= 4; b = b[4:] {
		dst = append(dst, binary.LittleEndian.Uint32(b))
	}
	return dst
}

// sectors is how many sectors the file can have.
func (c *compoundFile) sectors() int64 { return c.size/c.sector + 1 }

func (c *compoundFile) offset(sector uint32) int64 { return (int64(sector) + 1) * c.sector }

func (c *compoundFile) read(sector uint32, buf []byte) error {
	n, err := c.f.ReadAt(buf, c.offset(sector))
	if n == 0 && err != nil {
		return fail(CodeTruncated, err)
	}
	clear(buf[n:]) // the last sector may be cut short
	return nil
}

// follow lists the sectors of a chain.
func follow(table []uint32, start uint32, limit int64) ([]uint32, error) {
	var out []uint32
	for at := start; at < sectorFree; at = table[at] {
		if int64(at) >= int64(len(table)) || int64(len(out)) > limit {
			return nil, damaged("sectors")
		}
		out = append(out, at)
	}
	return out, nil
}

// chain opens the stream that begins at a sector; size -1 is all of it.
func (c *compoundFile) chain(start uint32, size int64) (*io.SectionReader, error) {
	at, err := follow(c.fat, start, c.sectors())
	if err != nil {
		return nil, err
	}
	whole := int64(len(at)) * c.sector
	if size < 0 || size > whole {
		size = whole
	}
	return io.NewSectionReader(&sectorChain{c, at}, 0, size), nil
}

// sectorChain reads a stream scattered over the file.
type sectorChain struct {
	c  *compoundFile
	at []uint32
}

func (s *sectorChain) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) {
		i, in := off/s.c.sector, off%s.c.sector
		if i >= int64(len(s.at)) {
			return done, io.EOF
		}
		n := s.c.sector - in
		// Neighbours are read at once.
		for k := i; k+1 < int64(len(s.at)) && s.at[k+1] == s.at[k]+1 && n < int64(len(p)-done); k++ {
			n += s.c.sector
		}
		n = min(n, int64(len(p)-done))
		got, err := s.c.f.ReadAt(p[done:done+int(n)], s.c.offset(s.at[i])+in)
		done += got
		off += int64(got)
		if int64(got) < n {
			if err == nil || ended(err) {
				return done, io.EOF
			}
			return done, err
		}
	}
	return done, nil
}

func (c *compoundFile) readDirectory(start uint32) error {
	r, err := c.chain(start, -1)
	if err != nil {
		return err
	}
	le := binary.LittleEndian
	var b [128]byte
	for len(c.entries) < compoundMaxEntries {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			break
		}
		n := min(int(le.Uint16(b[64:])), 64)
		wide := make([]uint16, 0, 32)
		for i := 0; i+2 < n; i += 2 {
			wide = append(wide, le.Uint16(b[i:]))
		}
		size := int64(le.Uint32(b[120:])) // the upper half is rubbish in old files
		c.entries = append(c.entries, compoundEntry{string(utf16.Decode(wide)), b[66], le.Uint32(b[116:]), size})
	}
	return nil
}

func (c *compoundFile) has(name string) bool {
	return slices.ContainsFunc(c.entries, func(e compoundEntry) bool { return e.name == name })
}

// stream opens a stream by its name; nil where the file has none.
func (c *compoundFile) stream(name string) (*io.SectionReader, error) {
	i := slices.IndexFunc(c.entries, func(e compoundEntry) bool { return e.name == name && e.kind == 2 })
	if i < 0 {
		return nil, nil
	}
	e := c.entries[i]
	if e.size >= c.cutoff || len(c.miniFAT) == 0 {
		return c.chain(e.start, e.size)
	}
	if c.mini == nil {
		root := slices.IndexFunc(c.entries, func(e compoundEntry) bool { return e.kind == 5 })
		if root < 0 {
			return nil, damaged("directory")
		}
		var err error
		if c.mini, err = c.chain(c.entries[root].start, -1); err != nil {
			return nil, err
		}
	}
	at, err := follow(c.miniFAT, e.start, int64(len(c.miniFAT)))
	if err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(at)*compoundMiniSector)
	var buf [compoundMiniSector]byte
	for _, sector := range at {
		n, err := c.mini.ReadAt(buf[:], int64(sector)*compoundMiniSector)
		if err != nil && !ended(err) {
			return nil, asError(err)
		}
		clear(buf[n:])
		out = append(out, buf[:]...)
	}
	return io.NewSectionReader(byteReaderAt(out), 0, min(int64(len(out)), e.size)), nil
}

type byteReaderAt []byte

func (b byteReaderAt) ReadAt(p []byte, off int64) (int, error) {
	if off >= int64(len(b)) {
		return 0, io.EOF
	}
	n := copy(p, b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
