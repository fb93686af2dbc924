package main

import (
	"fmt"
	"io"
	"time"
)

// found is what a verification ends with.
type found struct {
	today   string
	counted mix
	seen    tally
	waiting int // whose decision has run out, and who have not been reviewed yet
	wrong   []difference
}

// reviewed tells whether the review of today is over: the count comes after it.
func (f found) reviewed() bool { return f.counted.On == f.today }

func (f found) print(out io.Writer, requests int64, took time.Duration) {
	n := f.seen.Customers
	fmt.Fprintf(out, "%s: %d customers, %d of them compared with what follows from all facts, in %.1f s (%.1f requests for each)\n",
		f.today, n, n-f.waiting, took.Seconds(), float64(requests)/float64(max(n, 1)))
	if f.waiting > 0 {
		fmt.Fprintf(out, "%d could not be compared: their decision has run out since the last review, or they are new; the next one decides\n", f.waiting)
	}
	if f.counted.On != "" {
		fmt.Fprintf(out, "the count of %s found %d customers, %d of them not reviewed:", f.counted.On, f.counted.Customers, f.counted.Stale)
		for _, p := range append(append([]part{}, f.counted.Level...), f.counted.Tier...) {
			fmt.Fprintf(out, " %s %d", p.Name, p.Share.Hits)
		}
		fmt.Fprintln(out)
	}
	if !f.reviewed() {
		fmt.Fprintln(out, "there was no count today: figures were not held against the lists")
	}
	if len(f.wrong) == 0 {
		fmt.Fprintln(out, "no difference")
	}
	for _, d := range f.wrong {
		fmt.Fprintln(out, d)
	}
}
