package main

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	sample    = "testdata/cdnow_sample.csv"
	published = "testdata/cdnow_published.json"
	splitDay  = "1997-09-30"
)

// The figures that docs/backtest.md tells of CDNOW, to the digits given there.
// Where a reference differs, the document explains why.
func TestCDNOW(t *testing.T) {
	r := tested(t, sample, splitDay)
	walk, onTheDay := r.OverTheDay[0], r.OnTheDay[0]
	for _, c := range []struct {
		name     string
		got      float64
		decimals int
		want     string
	}{
		{"absolute error of BG/NBD", r.Absolute[0].Value, 3, "0.785"}, // the reference
		{"of the last rate", r.Absolute[1].Value, 3, "1.024"},         // the reference
		{"of always zero", r.Absolute[2].Value, 3, "0.798"},           // the reference
		{"squared error of BG/NBD", r.Squared[0].Value, 2, "1.61"},
		{"AUC of P(buy) among repeat buyers", r.AUC[0].Value, 3, "0.745"}, // reference 0.72
		{"of recency", r.AUC[1].Value, 3, "0.724"},
		{"of P(alive)", r.AUC[5].Value, 3, "0.718"},
		{"AUC of P(buy) among all", r.AUCOfAll[0].Value, 3, "0.785"},
		{"of P(alive) among all", r.AUCOfAll[5].Value, 3, "0.335"},
		{"days off: expected date", r.NextDates[0].Value, 0, "39"}, // the reference
		{"own cycle", r.NextDates[1].Value, 0, "57"},               // reference 60
		{"best constant", r.NextDates[2].Value, 0, "46"},           // the reference
		{"precision day by day", walk.Precision.Value, 2, "0.80"},  // reference 0.81
		{"recall day by day", walk.Recall.Value, 2, "0.56"},        // reference 0.68
		{"recall with the silences learnt from", recallOfAllSilences(r), 3, "0.682"},
		{"lead", walk.Lead.Value, 0, "209"}, // reference 206
		{"precision at the split", onTheDay.Precision.Value, 2, "0.87"},
		{"recall at the split", onTheDay.Recall.Value, 2, "0.41"},
		{"repeat purchases foreseen", r.SoFar[38].Foreseen, 0, "1653"},
		{"repeat purchases seen", r.SoFar[38].Seen.Value, 0, "1882"},
		{"decile error", r.Figures.HoldOut.DecileError, 3, "0.026"},
		{"count error", r.Figures.HoldOut.CountError, 3, "0.134"},
	} {
		if got := number(c.got, c.decimals); got != c.want {
			t.Errorf("%s = %s, want %s", c.name, got, c.want)
		}
	}
	for name, c := range map[string]struct{ got, want int }{
		"customers":      {r.Absolute[0].Cases, 2357},
		"repeat buyers":  {r.AUC[0].Cases, 946},
		"who came back":  {r.NextDates[0].Cases, 491},
		"warnings":       {walk.Warned, 545},
		"judged of them": {walk.Precision.Cases, 422},
		"long silences":  {walk.Recall.Cases, 617},
		"weeks":          {len(r.ByWeek), 39},
	} {
		if c.got != c.want {
			t.Errorf("%d %s, want %d", c.got, name, c.want)
		}
	}
	if len(r.Closed) > 0 {
		t.Errorf("gates are closed: %+v", r.Closed)
	}
}

// recallOfAllSilences counts those as well that had become long before the
// split: what the model had learnt from.
func recallOfAllSilences(r report) float64 {
	t, of := r.trial, byModel(r.Purchases.Model)
	long, foreseen := 0.0, 0.0
	for _, p := range t.people {
		for _, s := range silences(p) {
			if day := s.from + longSilence; day <= t.last && s.end > day {
				long++
				if s.opened(of, t.last) < day {
					foreseen++
				}
			}
		}
	}
	return foreseen / long
}

// Every published digit is reached, the plots are there and show both colours.
func TestCDNOWAsTold(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "plots")
	var out bytes.Buffer
	if err := run([]string{"--published", published, "--plots", folder, sample, splitDay}, &out); err != nil {
		t.Fatal(err)
	}
	told := out.String()
	if n := strings.Count(told, "  equal\n"); n != 9 || strings.Contains(told, "differs") {
		t.Errorf("%d of 9 published figures are reached:\n%s", n, told)
	}
	for _, file := range []string{"frequency.png", "weeks.png", "cumulative.png", "calibration.png"} {
		path := filepath.Join(folder, file)
		if !strings.Contains(told, path) {
			t.Errorf("the report does not name %s", path)
		}
		foreseen, seen := coloured(t, path)
		if foreseen < 100 || seen < 100 {
			t.Errorf("%s: %d pixels of what was foreseen, %d of what was seen", file, foreseen, seen)
		}
	}
}

// coloured counts the pixels of either colour.
func coloured(t *testing.T, path string) (foreseen, seen int) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	picture, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	for x := range picture.Bounds().Dx() {
		for y := range picture.Bounds().Dy() {
			switch c := picture.ColorModel().Convert(picture.At(x, y)); c {
			case picture.ColorModel().Convert(foreseenColour):
				foreseen++
			case picture.ColorModel().Convert(seenColour):
				seen++
			}
		}
	}
	return foreseen, seen
}

// The intervals hold their values, and the figures of the model lie in order.
func TestCDNOWIntervals(t *testing.T) {
	r := tested(t, sample, splitDay)
	var all []standing
	for _, part := range [][]standing{r.Absolute, r.Squared, r.AUC, r.AUCOfAll, r.NextDates, r.Amounts} {
		all = append(all, part...)
	}
	for _, a := range append(r.OnTheDay, r.OverTheDay...) {
		all = append(all, a.Precision, a.Recall)
	}
	for _, s := range all {
		if s.Low > s.Value || s.High < s.Value || math.IsNaN(s.Low) || s.Cases == 0 {
			t.Errorf("%s: %+v", s.Name, s.figure)
		}
	}
}
