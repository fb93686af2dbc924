package main

import (
	"bytes"
	"fmt"
	"image/color"
	"os"
	"path/filepath"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// picture is a table of the report as a plot: what was foreseen as a line, what
// was seen as points with their intervals.
type picture struct {
	file, title, x, y string
	lines             []line
}

func (r report) pictures() []picture {
	customers := r.Purchases.Customers
	return []picture{
		{"frequency.png", fmt.Sprintf("Repeat purchases a customer in %d days", r.trial.held()), "repeats before, customers", "purchases", r.ByFrequency[:len(r.ByFrequency)-1]},
		{"weeks.png", fmt.Sprintf("Repeat purchases by week of all %d customers", customers), "week to", "purchases", r.ByWeek},
		{"cumulative.png", fmt.Sprintf("Repeat purchases so far of all %d customers", customers), "to", fmt.Sprintf("purchases since %s", r.trial.split), r.SoFar},
		{"calibration.png", fmt.Sprintf("P(buy in %d days)", r.Figures.HoldOut.Days), "decile, customers", "share", r.Deciles},
	}
}

// savePictures writes the plots into the folder and tells their paths.
func (r report) savePictures(folder string) (paths []string, _ error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	for _, p := range r.pictures() {
		drawn, err := p.draw()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.file, err)
		}
		canvas := vgimg.PngCanvas{Canvas: vgimg.New(20*vg.Centimeter, 11*vg.Centimeter)}
		const edge = 4 * vg.Millimeter
		drawn.Draw(draw.Crop(draw.New(canvas), edge, -edge, edge, -edge))
		var image bytes.Buffer
		if _, err := canvas.WriteTo(&image); err != nil {
			return nil, err
		}
		path := filepath.Join(folder, p.file)
		if err := os.WriteFile(path, image.Bytes(), 0o644); err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// Two colours that people with any colour vision tell apart (Okabe, Ito 2008).
var (
	foreseenColour = color.RGBA{R: 0xd5, G: 0x5e, A: 0xff}
	seenColour     = color.RGBA{G: 0x72, B: 0xb2, A: 0xff}
)

func (p picture) foreseen() plotter.XYs {
	xys := make(plotter.XYs, len(p.lines))
	for i, l := range p.lines {
		xys[i] = plotter.XY{X: float64(i), Y: l.Foreseen}
	}
	return xys
}

func (p picture) seen() (s struct {
	plotter.XYs
	plotter.YErrors
}) {
	for i, l := range p.lines {
		s.XYs = append(s.XYs, plotter.XY{X: float64(i), Y: l.Seen.Value})
		s.YErrors = append(s.YErrors, struct{ Low, High float64 }{l.Seen.Value - l.Seen.Low, l.Seen.High - l.Seen.Value})
	}
	return s
}

func (p picture) draw() (*plot.Plot, error) {
	expected, err := plotter.NewLine(p.foreseen())
	if err != nil {
		return nil, err
	}
	points, err := plotter.NewScatter(p.seen())
	if err != nil {
		return nil, err
	}
	intervals, err := plotter.NewYErrorBars(p.seen())
	if err != nil {
		return nil, err
	}
	expected.Color, expected.Width = foreseenColour, vg.Points(1.5)
	points.GlyphStyle = draw.GlyphStyle{Color: seenColour, Radius: vg.Points(2.5), Shape: draw.CircleGlyph{}}
	intervals.Color = seenColour

	drawn := plot.New()
	drawn.Title.Text = p.title + "\nline: foreseen; points: seen, with 95 % intervals"
	drawn.X.Label.Text, drawn.Y.Label.Text = p.x, p.y
	drawn.X.Tick.Marker = names(p.lines)
	drawn.X.Min, drawn.X.Max, drawn.Y.Min = -0.5, float64(len(p.lines))-0.5, 0
	drawn.Add(plotter.NewGrid(), intervals, expected, points)
	return drawn, nil
}

// names labels the lines; where there are many, every few of them. Groups of
// customers have their size underneath.
func names(lines []line) (ticks plot.ConstantTicks) {
	const most = 10
	every := (len(lines) + most - 1) / most
	for i, l := range lines {
		tick := plot.Tick{Value: float64(i)}
		switch {
		case every == 1:
			tick.Label = fmt.Sprintf("%s\n%d", l.Name, l.Seen.Cases)
		case i%every == 0:
			tick.Label = l.Name
		}
		ticks = append(ticks, tick)
	}
	return ticks
}
