package tabular

import (
	"bufio"
	"encoding/binary"
	"io"
	"os"
	"strconv"
)

const (
	stringsInMemory = 16 << 20 // bytes of shared strings kept in memory
	stringsBlock    = 256      // strings per block on disk
	stringsCached   = 128      // blocks kept
)

// sharedStrings holds a workbook's texts: in memory, or beyond a limit in a
// temporary file, a block at a time.
type sharedStrings struct {
	mem    []string
	n      int
	file   *os.File
	out    *bufio.Writer
	offset int64
	starts []int64 // where each block begins
	cache  map[int][]string
	order  []int
	temp   string
	held   int
}

func (s *sharedStrings) close() {
	if s.file != nil {
		_ = s.file.Close()
		_ = os.Remove(s.file.Name())
		s.file = nil
	}
}

func (s *sharedStrings) add(v string) error {
	if s.file == nil {
		s.mem = append(s.mem, v)
		s.n++
		s.held += len(v) + 24
		if s.held > stringsInMemory {
			return s.spill()
		}
		return nil
	}
	return s.write(v)
}

// spill moves what is in memory to disk.
func (s *sharedStrings) spill() error {
	f, err := os.CreateTemp(s.temp, "tabular-strings-*")
	if err != nil {
		return err
	}
	s.file, s.out = f, bufio.NewWriterSize(f, 64<<10)
	s.cache = map[int][]string{}
	mem := s.mem
	s.mem, s.n = nil, 0
	for _, v := range mem {
		if err := s.write(v); err != nil {
			return err
		}
	}
	return nil
}

func (s *sharedStrings) write(v string) error {
	if s.n%stringsBlock == 0 {
		s.starts = append(s.starts, s.offset)
	}
	s.n++
	var head [binary.MaxVarintLen64]byte
	k := binary.PutUvarint(head[:], uint64(len(v)))
	if _, err := s.out.Write(head[:k]); err != nil {
		return err
	}
	if _, err := s.out.WriteString(v); err != nil {
		return err
	}
	s.offset += int64(k + len(v))
	return nil
}

func (s *sharedStrings) get(i int) (string, bool, error) {
	if i < 0 || i >= s.n {
		return "", false, nil
	}
	if s.file == nil {
		return s.mem[i], true, nil
	}
	b := i / stringsBlock
	block, ok := s.cache[b]
	if !ok {
		var err error
		if block, err = s.load(b); err != nil {
			return "", false, err
		}
	}
	return block[i%stringsBlock], true, nil
}

func (s *sharedStrings) load(b int) ([]string, error) {
	if s.out != nil {
		if err := s.out.Flush(); err != nil {
			return nil, err
		}
		s.out = nil
	}
	end := s.offset
	if b+1 < len(s.starts) {
		end = s.starts[b+1]
	}
	data := make([]byte, end-s.starts[b])
	if _, err := s.file.ReadAt(data, s.starts[b]); err != nil && !ended(err) {
		return nil, err
	}
	whole := string(data)
	block := make([]string, 0, stringsBlock)
	for p := 0; p < len(whole); {
		n, k := binary.Uvarint(data[p:])
		if k <= 0 || n > uint64(len(whole)-p-k) { // #nosec G115 -- both are lengths
			return nil, io.ErrUnexpectedEOF
		}
		p += k
		block = append(block, whole[p:p+int(n)]) // #nosec G115 -- checked above
		p += int(n)                              // #nosec G115 -- checked above
	}
	if len(s.order) >= stringsCached {
		delete(s.cache, s.order[0])
		s.order = s.order[1:]
	}
	s.cache[b] = block
	s.order = append(s.order, b)
	return block, nil
}

// readStrings loads the shared strings part once; a workbook may have none.
func (w *workbook) readStrings() error {
	if w.strings != nil {
		return nil
	}
	w.strings = &sharedStrings{temp: w.opt.TempDir}
	name := ""
	for n := range w.parts {
		if n == "xl/sharedstrings.xml" || name == "" && len(n) > 17 && n[len(n)-17:] == "sharedstrings.xml" {
			name = n
		}
	}
	if name == "" {
		return nil
	}
	var text []byte
	inT, phonetic := false, false
	return w.scan(name, func(x *xmlScanner) error {
		switch x.kind {
		case xmlText:
			if inT && !phonetic {
				if len(text)+len(x.text) > xmlMaxToken {
					return fail(CodeTooLarge, nil, "limit", strconv.Itoa(xmlMaxToken), "part", "sharedStrings")
				}
				text = append(text, x.text...)
			}
		case xmlStart:
			switch string(x.name) {
			case "si":
				text = text[:0]
			case "t":
				inT = true
			case "rPh":
				phonetic = true
			}
		case xmlEnd:
			switch string(x.name) {
			case "si":
				if err := w.strings.add(validText(unescapeX(string(text)))); err != nil {
					return asError(err)
				}
			case "t":
				inT = false
			case "rPh":
				phonetic = false
			}
		}
		return nil
	})
}
