package normal

// Characters are the Chinese, Japanese and Korean ones of a text that is folded
// already.
func Characters(folded string) []rune {
	var found []rune
	for _, r := range folded {
		if classOf(r) == character {
			found = append(found, r)
		}
	}
	return found
}

// HaveCharacters tells whether texts, as they were written, have all of some folded
// characters between them, at most 64; where a text would have to be taken apart to
// know, it says yes.
func HaveCharacters(values []any, characters []rune) bool {
	characters = characters[:min(len(characters), 64)]
	all := uint64(1)<<len(characters) - 1
	seen := uint64(0)
	for _, v := range values {
		text, ok := v.(string)
		if !ok && v != nil {
			return true
		}
		for _, r := range text {
			if r < 0x80 {
				continue
			}
			if !quick(r) {
				return true
			}
			folded := foldRune(r)
			for i, c := range characters {
				if c == folded {
					seen |= 1 << i
				}
			}
		}
		if seen == all {
			return true
		}
	}
	return false
}
