package tabular

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf16"
)

// The records of a workbook of Excel 5 to 2003 (BIFF5 and BIFF8) that matter.
const (
	biffFormula    = 0x0006
	biffEOF        = 0x000A
	biffDateMode   = 0x0022
	biffFilePass   = 0x002F
	biffContinue   = 0x003C
	biffCodePage   = 0x0042
	biffBoundSheet = 0x0085
	biffMulRK      = 0x00BD
	biffRString    = 0x00D6
	biffXF         = 0x00E0
	biffMergeCells = 0x00E5
	biffSST        = 0x00FC
	biffLabelSST   = 0x00FD
	biffNumber     = 0x0203
	biffLabel      = 0x0204
	biffBoolErr    = 0x0205
	biffString     = 0x0207
	biffRK         = 0x027E
	biffFormat     = 0x041E
	biffBOF        = 0x0809
)

// biffReader reads one record after the other.
type biffReader struct {
	r    *bufio.Reader
	id   int
	data []byte
	buf  []byte
	utf  []uint16
}

func newBIFFReader(r io.Reader) *biffReader {
	return &biffReader{r: bufio.NewReaderSize(r, 64<<10)}
}

// next reads a record; io.EOF at the end of the stream.
func (b *biffReader) next() error {
	var head [4]byte
	if _, err := io.ReadFull(b.r, head[:]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return io.EOF
		}
		return err
	}
	b.id = int(binary.LittleEndian.Uint16(head[:]))
	n := int(binary.LittleEndian.Uint16(head[2:]))
	if cap(b.buf) < n {
		b.buf = make([]byte, n, max(n, 8224))
	}
	b.data = b.buf[:n]
	if _, err := io.ReadFull(b.r, b.data); err != nil {
		return fail(CodeTruncated, err)
	}
	return nil
}

// more goes on to the record that continues this one.
func (b *biffReader) more() bool {
	head, err := b.r.Peek(2)
	if err != nil || int(binary.LittleEndian.Uint16(head)) != biffContinue {
		return false
	}
	return b.next() == nil
}

func (b *biffReader) word(at int) int {
	if at+2 > len(b.data) {
		return 0
	}
	return int(binary.LittleEndian.Uint16(b.data[at:]))
}

// skip passes over n bytes of the record and those that continue it.
func (b *biffReader) skip(n int) bool {
	for n > len(b.data) {
		n -= len(b.data)
		if !b.more() {
			return false
		}
	}
	b.data = b.data[n:]
	return true
}

// need makes sure that the next n bytes, which no writer splits, are at hand.
func (b *biffReader) need(n int) bool {
	if len(b.data) == 0 {
		b.more()
	}
	return len(b.data) >= n
}

// wideString reads a string of BIFF8 whose length has been read: a byte that
// says how it is kept, then the characters, going on in the records that
// continue this one, each with such a byte again.
func (b *biffReader) wideString(n int) (string, bool) {
	if !b.need(1) {
		return "", false
	}
	flags := b.data[0]
	b.data = b.data[1:]
	runs, phonetic := 0, 0
	if flags&8 != 0 {
		if !b.need(2) {
			return "", false
		}
		runs = b.word(0)
		b.data = b.data[2:]
	}
	if flags&4 != 0 {
		if !b.need(4) {
			return "", false
		}
		phonetic = int(binary.LittleEndian.Uint32(b.data))
		b.data = b.data[4:]
	}
	b.utf = b.utf[:0]
	wide := flags&1 != 0
	for n > 0 {
		if len(b.data) == 0 || wide && len(b.data) < 2 {
			if !b.more() || len(b.data) == 0 {
				return "", false
			}
			wide = b.data[0]&1 != 0
			b.data = b.data[1:]
			continue
		}
		if wide {
			k := min(n, len(b.data)/2)
			for i := range k {
				b.utf = append(b.utf, binary.LittleEndian.Uint16(b.data[2*i:]))
			}
			b.data = b.data[2*k:]
			n -= k
		} else {
			k := min(n, len(b.data))
			for _, c := range b.data[:k] {
				b.utf = append(b.utf, uint16(c))
			}
			b.data = b.data[k:]
			n -= k
		}
	}
	text := string(utf16.Decode(b.utf))
	if phonetic < 0 || phonetic > 1<<24 {
		return text, false
	}
	return text, b.skip(4*runs + phonetic)
}
