package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guanxi/infra/simulated"
	"guanxi/internal/clv"
	"guanxi/internal/crm"
)

var truth = clv.BGNBD{R: 0.6, Alpha: 60, A: 0.8, B: 3}

// shop is a file of customers who live by the model: they join in the first
// quarter of 1997 and are seen for a year and a half.
func shop(t *testing.T, customers int) string {
	t.Helper()
	const first, last = crm.Date(9862), crm.Date(9862 + 545)
	source := rand.NewPCG(97, 1)
	lives := simulated.Shop{Visits: truth, Spend: clv.GammaGamma{P: 6, Q: 4, Gamma: 15}, Last: last}
	var file bytes.Buffer
	fmt.Fprintln(&file, "customer,date,quantity,amount")
	for i := range customers {
		for _, o := range lives.Life(first+crm.Date(i*90/customers), source) {
			fmt.Fprintf(&file, "%05d,%s,1,%d.%02d\n", i, o.Date, o.Net/100, o.Net%100)
		}
	}
	return write(t, file.String())
}

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "orders.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// On a shop that lives by the model, the model finds itself: its predictions
// come true, no gate closes, and no simpler rule sorts or counts better.
func TestAShopOfTheModel(t *testing.T) {
	r := tested(t, shop(t, 2000), "1997-12-31")
	for name, c := range map[string]struct{ got, sigma, want float64 }{
		"r": {r.Purchases.Model.R, r.Purchases.StandardErrors.R, truth.R},
		"α": {r.Purchases.Model.Alpha, r.Purchases.StandardErrors.Alpha, truth.Alpha},
		"a": {r.Purchases.Model.A, r.Purchases.StandardErrors.A, truth.A},
		"b": {r.Purchases.Model.B, r.Purchases.StandardErrors.B, truth.B},
	} {
		if c.got < c.want-4*c.sigma || c.got > c.want+4*c.sigma {
			t.Errorf("%s = %.3f ± %.3f, truly %v", name, c.got, c.sigma, c.want)
		}
	}
	off := 0
	for _, l := range append(r.ByFrequency, r.ByWeek...) {
		if l.verdict() != "" {
			off++
		}
	}
	if lines := len(r.ByFrequency) + len(r.ByWeek); off > lines/5 { // one in twenty is off by chance
		t.Errorf("%d of %d intervals miss what was foreseen: %+v", off, lines, r.ByFrequency)
	}
	if len(r.NextDates) != 3 || r.NextDates[0].Value > r.NextDates[2].Value {
		t.Errorf("the expected date errs by more than a constant: %+v", r.NextDates)
	}
	for _, a := range append(r.OnTheDay, r.OverTheDay...) {
		if p := a.Precision; p.Value < 0.5 || p.Low > p.Value || p.High < p.Value {
			t.Errorf("%+v", a)
		}
	}
	var out bytes.Buffer
	r.print(&out, nil)
	told := out.String()
	if !strings.Contains(told, "all open: the model may be used") {
		t.Errorf("a gate is closed:\n%s", told)
	}
	for line := range strings.Lines(told) {
		// rules of less than 180 days warn of every silence of 180 days
		if strings.Contains(line, worse) && !strings.Contains(line, "recall of warnings day by day") {
			t.Errorf("a simpler rule wins: %s", line)
		}
	}
}

// The same file gives the same report, whole and in numbers.
func TestReport(t *testing.T) {
	path, folder := shop(t, 300), t.TempDir()
	var told [2]bytes.Buffer
	for i := range told {
		if err := run([]string{"--published", published, "--plots", folder, path, "1997-12-31"}, &told[i]); err != nil {
			t.Fatal(err)
		}
	}
	first := told[0].String()
	if first != told[1].String() {
		t.Errorf("two reports of one file:\n%s\n%s", first, told[1].String())
	}
	for _, want := range []string{
		"Learnt from 1997-01-01 to 1997-12-31: 300 customers",
		"Held out to 1998-06-", "0 newcomers",
		"differs", // from the parameters of another shop
		"closed: buyers is 300, the bound 500",
		"always zero", "own cycle", "best constant", "everybody's mean", "as many",
	} {
		if !strings.Contains(first, want) {
			t.Errorf("the report does not say %q:\n%s", want, first)
		}
	}
	if strings.Contains(first, "NaN") || strings.Contains(first, "Inf") {
		t.Errorf("no number:\n%s", first)
	}
}

func tested(t *testing.T, path, split string) report {
	t.Helper()
	on, err := crm.ParseDate(split)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := divide(read(t, path), on)
	if err != nil {
		t.Fatal(err)
	}
	r, err := tr.test()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The walk over the days finds the day that bisection finds.
func TestAWarningOpensWhenTheModelSays(t *testing.T) {
	const last = crm.Date(2000)
	for frequency := 1; frequency < 6; frequency++ {
		for _, recency := range []int{20, 90, 250} {
			s := silence{row: clv.Row{Frequency: frequency, Recency: recency, Age: recency}, from: 1000, end: none}
			after, _ := truth.FallsBelow(s.row, horizon, unlikely, 1000)
			if got := s.opened(byModel(truth), last); got != s.from+crm.Date(after) {
				t.Errorf("%+v: opened %d days after the purchase, bisection says %d", s.row, got-s.from, after)
			}
			s.end = s.from + crm.Date(after) // the next purchase comes just in time
			if got := s.opened(byModel(truth), last); got != none {
				t.Errorf("%+v: opened on %d in spite of a purchase on %d", s.row, got, s.end)
			}
		}
	}
}

// Four customers, counted by hand.
func TestByHand(t *testing.T) {
	path := write(t, `customer,date,quantity,amount
anna,1997-01-01,1,10
anna,1997-01-01,1,5
anna,1997-03-02,1,20
anna,1997-04-01,1,7
anna,1997-04-01,1,8
bert,1997-01-11,1,10
carl,1997-03-11,1,10
carl,1997-05-01,1,10
dora,1997-04-02,1,10
`)
	split, _ := crm.ParseDate("1997-03-31")
	tr, err := divide(read(t, path), split)
	if err != nil {
		t.Fatal(err)
	}
	if tr.newcomers != 1 || tr.held() != 31 || tr.soon() != 31 || len(tr.people) != 3 {
		t.Fatalf("%+v", tr)
	}
	anna, bert, carl := tr.people[0], tr.people[1], tr.people[2]
	if want := (clv.Customer{Row: clv.Row{Frequency: 1, Recency: 60, Age: 89}, Mean: 20}); anna.Customer != want {
		t.Errorf("anna: %+v, want %+v", anna.Customer, want)
	}
	if tr.buys(anna, 1) != 1 || tr.buys(anna, 31) != 1 || tr.buys(bert, 31) != 0 || tr.buys(carl, 30) != 0 || tr.buys(carl, 31) != 1 {
		t.Error("purchases after the split are miscounted")
	}
	if n := len(tr.repeaters()); n != 1 {
		t.Errorf("%d repeat buyers", n)
	}
	if all := silences(anna); len(all) != 2 || all[0].end != all[1].from || all[1].end != none || all[1].row.Frequency != 2 {
		t.Errorf("anna's silences: %+v", all)
	}
}

func TestWhatCannotBeTested(t *testing.T) {
	const header = "customer,date,quantity,amount\n"
	good := write(t, header+"a,1997-01-05,1,9\nb,1997-02-01,1,9\nb,1997-03-01,1,9\n")
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no split":              {[]string{good}, "name the file and the last day"},
		"a split that is none":  {[]string{good, "1997-02-30"}, `the split: not a date like 2026-11-22: "1997-02-30"`},
		"before the purchases":  {[]string{good, "1997-01-04"}, "the split 1997-01-04 lies outside of the purchases: it must be from 1997-01-05 to the day before 1997-03-01"},
		"nothing held out":      {[]string{good, "1997-03-01"}, "lies outside of the purchases"},
		"no file":               {[]string{"absent.csv", "1997-02-01"}, "absent.csv: no such file"},
		"no published figures":  {[]string{"--published", "absent.json", good, "1997-02-01"}, "absent.json: no such file"},
		"a bad row":             {[]string{write(t, header+"a,1997-01-05,1,x\n"), "1997-02-01"}, "line 2, column 16 (amount)"},
		"nobody came back":      {[]string{good, "1997-02-02"}, string(clv.NobodyRepeats)},
		"one customer to learn": {[]string{good, "1997-01-06"}, string(clv.TooFew)},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			folder := filepath.Join(t.TempDir(), "plots")
			err := run(append([]string{"--plots", folder}, c.args...), &out)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if _, err := os.Stat(folder); out.Len() > 0 || !errors.Is(err, os.ErrNotExist) {
				t.Errorf("something was written: %q, %v", out.String(), err)
			}
		})
	}
	var refusal *clv.Refusal
	if err := run([]string{good, "1997-02-02"}, io.Discard); !errors.As(err, &refusal) {
		t.Errorf("%v is no Refusal", err)
	}
}
