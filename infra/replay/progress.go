package main

import (
	"fmt"
	"os"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// progress shows how far a long work has come, and the time left.
type progress interface {
	// did says that so many more of the units are done, and at what it is.
	did(units int, at string)
	// end takes the display away.
	end()
}

// newProgress is a bar on a terminal, and a line now and then elsewhere.
func newProgress(out *os.File, units int) progress {
	if info, err := out.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		return newBar(out, units)
	}
	return &lines{out: out, units: units, began: time.Now()}
}

type bar struct {
	container *mpb.Progress
	bar       *mpb.Bar
	at        string
}

func newBar(out *os.File, units int) *bar {
	b := &bar{container: mpb.New(mpb.WithOutput(out), mpb.WithWidth(72))}
	b.bar = b.container.AddBar(int64(units),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return b.at }, decor.WC{W: 12, C: decor.DindentRight})),
		mpb.AppendDecorators(decor.Percentage(decor.WC{W: 5}), decor.Name(", left "), decor.AverageETA(decor.ET_STYLE_MMSS)),
	)
	return b
}

func (b *bar) did(units int, at string) {
	b.at = at
	b.bar.IncrBy(units)
}

func (b *bar) end() {
	b.bar.Abort(true)
	b.container.Wait()
}

type lines struct {
	out                *os.File
	units, done, shown int
	began              time.Time
}

const everyPercent = 5

func (l *lines) did(units int, at string) {
	l.done += units
	percent := 100 * l.done / max(l.units, 1)
	if percent < l.shown+everyPercent {
		return
	}
	l.shown = percent - percent%everyPercent
	passed := time.Since(l.began)
	left := time.Duration(float64(passed) * float64(l.units-l.done) / float64(l.done))
	fmt.Fprintf(l.out, "%s  %3d %%  %s passed, %s left\n", at, percent, passed.Round(time.Second), left.Round(time.Second))
}

func (l *lines) end() {}
