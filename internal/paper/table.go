package paper

// Column is one of a table.
type Column struct {
	Label string
	// Width in points; the columns without share what is left.
	Width float64
	// Right has numbers stand below one another.
	Right bool
}

const cellPad = 4

// Table puts rows below the heads of their columns, which are repeated on each page.
// A row goes to the next page as a whole, unless it is longer than a page.
func (p *Paper) Table(columns []Column, rows [][]string, size float64) {
	rest, open := p.Right-p.Left, 0
	for _, c := range columns {
		rest -= c.Width
		if c.Width == 0 {
			open++
		}
	}
	lefts, widths := make([]float64, len(columns)), make([]float64, len(columns))
	x := p.Left
	for i, c := range columns {
		lefts[i], widths[i] = x, c.Width
		if c.Width == 0 {
			widths[i] = rest / float64(open)
		}
		x += widths[i]
	}
	step := size * leading
	put := func(i int, y float64, s string, ink Colour) {
		if columns[i].Right {
			p.PutRight(lefts[i]+widths[i]-cellPad, y, s, size, ink)
		} else {
			p.Put(lefts[i]+cellPad, y, s, size, ink)
		}
	}
	head := func() {
		height := 0.0
		for i, c := range columns {
			height = max(height, float64(len(p.Break(c.Label, size, widths[i]-2*cellPad)))*step)
		}
		p.Fill(p.Left, p.Y, p.Right-p.Left, height+2*cellPad, Pale)
		for i, c := range columns {
			for n, line := range p.Break(c.Label, size, widths[i]-2*cellPad) {
				put(i, p.Y+cellPad+float64(n)*step, line, Grey)
			}
		}
		p.Y += height + 2*cellPad
	}
	p.Need(6 * step)
	head()
	for _, row := range rows {
		cells := make([][]string, len(columns))
		most := 1
		for i := range columns {
			cells[i] = p.Break(row[i], size, widths[i]-2*cellPad)
			most = max(most, len(cells[i]))
		}
		whole := p.Bottom - p.Top - 4*step // beside the head
		if height := float64(most)*step + 2*cellPad; p.Y+height > p.Bottom && height <= whole {
			p.Page()
			head()
		}
		for n := 0; n < most; {
			fit := int((p.Bottom - p.Y - 2*cellPad) / step)
			if fit < 1 {
				p.Page()
				head()
				continue
			}
			upto := min(most, n+fit)
			for i := range columns {
				for k := n; k < min(upto, len(cells[i])); k++ {
					put(i, p.Y+cellPad+float64(k-n)*step, cells[i][k], Black)
				}
			}
			p.Y += float64(upto-n)*step + 2*cellPad
			n = upto
		}
		p.Line(p.Left, p.Y, p.Right, p.Y, Rule)
	}
}
