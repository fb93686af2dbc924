package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"

	"guanxi/internal/clv"
)

// report is what a back-test found.
type report struct {
	trial                *trial
	Purchases            clv.Fit[clv.BGNBD]
	Spend                clv.Fit[clv.GammaGamma]
	NoSpend              error // why there is no spend model
	Figures              clv.Figures
	Closed               []clv.Closed
	ByFrequency          []line
	ByWeek, SoFar        []line // of the same weeks: each one, and up to its end
	Deciles              []line
	Absolute, Squared    []standing
	AUC, AUCOfAll        []standing
	NextDates, Amounts   []standing
	OnTheDay, OverTheDay []alarm
}

// test fits and compares. Without a purchase model there is nothing to report.
func (t *trial) test() (r report, err error) {
	r.trial = t
	if r.Purchases, err = t.fit(); err != nil {
		return r, err
	}
	m := r.Purchases.Model
	r.Spend, r.NoSpend = clv.FitSpend(t.spend())
	if r.NoSpend == nil {
		r.Amounts = t.spendErrors(r.Spend.Model)
	}
	r.Figures = t.figures(r.Purchases)
	r.Closed = append(clv.DefaultGates().Purchases(r.Figures), clv.DefaultGates().Spend(r.Figures)...)
	r.ByFrequency, r.Deciles = t.byFrequency(m), r.deciles()
	r.ByWeek, r.SoFar = t.byWeek(m)
	r.Absolute, r.Squared = t.countErrors(m)
	r.AUC, r.AUCOfAll = t.ranking(m, t.repeaters()), t.ranking(m, t.people)
	r.NextDates = t.nextDates(m)
	r.OnTheDay, r.OverTheDay = t.onTheDay(m), t.overTheDays(m)
	return r, nil
}

func (r report) print(out io.Writer, known publication) {
	t := r.trial
	fmt.Fprintf(out, "Learnt from %s to %s: %d customers, %d repeat purchases (dates), %d unique rows.\n",
		t.first, t.split, r.Purchases.Customers, r.Purchases.Purchases, r.Purchases.Groups)
	fmt.Fprintf(out, "Held out to %s: %d days; %d newcomers are not in it.\n", t.last, t.held(), t.newcomers)
	fmt.Fprintf(out, "In brackets: 95 %% intervals, bootstrap over customers.\n")
	r.printParameters(out, known)
	r.printGates(out)

	lines(out, fmt.Sprintf("Repeat purchases a customer in %d days, by repeats before", t.held()), "repeats", r.ByFrequency, 2)
	lines(out, "Repeat purchases of all, by week", "to", r.ByWeek, 0)
	standings(out, fmt.Sprintf("Purchases in %d days: mean absolute error a customer", t.held()), r.Absolute, 3)
	standings(out, "The same: root mean squared error", r.Squared, 3)
	lines(out, fmt.Sprintf("P(buy in %d days): calibration by decile of all customers", r.Figures.HoldOut.Days), "decile", r.Deciles, 3)
	standings(out, fmt.Sprintf("Who buys in %d days, among repeat buyers: AUC", t.soon()), r.AUC, 3)
	standings(out, "The same among all buyers", r.AUCOfAll, 3)
	standings(out, "Date of the next purchase, repeat buyers who came back: median error in days", r.NextDates, 0)
	standings(out, "Mean amount of the purchases held out, repeat buyers who came back: mean absolute error", r.Amounts, 2)
	printAlarms(out, fmt.Sprintf("Warnings on %s of repeat buyers; right = no purchase in %d days", t.split, t.soon()), r.OnTheDay)
	printAlarms(out, fmt.Sprintf("Warnings day by day after %s, one a silence; right = no purchase in %d days, recall = silences of %d days warned of before, lead = days before day %d",
		t.split, horizon, longSilence, lost), r.OverTheDay)
	r.printShortfalls(out)
}

// printShortfalls says plainly where the model is no better than a simpler rule.
func (r report) printShortfalls(out io.Writer) {
	fmt.Fprint(out, "\nWhere the model does not do better\n")
	var precisions, recalls []standing
	for _, a := range r.OverTheDay {
		precisions, recalls = append(precisions, a.Precision), append(recalls, a.Recall)
	}
	var all []string
	for _, c := range []struct {
		about string
		among []standing
	}{
		{"absolute error of counts", r.Absolute},
		{"squared error of counts", r.Squared},
		{"telling repeat buyers who buy", r.AUC},
		{"telling all who buy", r.AUCOfAll},
		{"date of the next purchase", r.NextDates},
		{"mean amount", r.Amounts},
		{"precision of warnings at the split", []standing{r.OnTheDay[len(r.OnTheDay)-1].Precision}}, // only as many compare
		{"precision of warnings day by day", precisions},
		{"recall of warnings day by day", recalls},
	} {
		for _, s := range c.among {
			if s.Verdict == unproven || s.Verdict == worse {
				all = append(all, fmt.Sprintf("%s, beside %s: %s", c.about, s.Name, s.Verdict))
			}
		}
	}
	all = append(all, outside("purchases in the days held out, repeats before =", r.ByFrequency)...)
	all = append(all, outside("P(buy), decile", r.Deciles)...)
	if weeks := outside("", r.ByWeek); len(weeks) > 0 {
		all = append(all, fmt.Sprintf("purchases by week: %d of %d weeks outside of their intervals", len(weeks), len(r.ByWeek)))
	}
	if len(all) == 0 {
		all = []string{"nowhere"}
	}
	for _, s := range all {
		fmt.Fprintln(out, " ", s)
	}
}

// outside names the lines whose interval misses what was foreseen.
func outside(about string, lines []line) (missed []string) {
	for _, l := range lines {
		if v := l.verdict(); v != "" {
			missed = append(missed, fmt.Sprintf("%s %s: foreseen %s", about, l.Name, v))
		}
	}
	return missed
}

func (r report) printParameters(out io.Writer, known publication) {
	w := table(out, "Parameters (time in weeks)", "", "fitted", "standard error", "published", "")
	row := func(name, key string, value, deviation float64) {
		published, equal := known.beside(key, value)
		error := "–"
		if deviation > 0 {
			error = number(deviation, 4)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", name, number(value, 4), error, published, equal)
	}
	p := clv.InWeeks(r.Purchases)
	row("r", "r", p.Model.R, p.StandardErrors.R)
	row("α", "alpha", p.Model.Alpha, p.StandardErrors.Alpha)
	row("a", "a", p.Model.A, p.StandardErrors.A)
	row("b", "b", p.Model.B, p.StandardErrors.B)
	row("log-likelihood", "purchases_log_likelihood", p.LogLikelihood, 0)
	if r.NoSpend == nil {
		s := r.Spend
		row("p", "p", s.Model.P, s.StandardErrors.P)
		row("q", "q", s.Model.Q, s.StandardErrors.Q)
		row("γ", "gamma", s.Model.Gamma, s.StandardErrors.Gamma)
		row("log-likelihood", "spend_log_likelihood", s.LogLikelihood, 0)
	}
	w.Flush()
	if r.NoSpend != nil {
		fmt.Fprintln(out, "Spend:", r.NoSpend)
	}
}

func (r report) printGates(out io.Writer) {
	h := r.Figures.HoldOut
	fmt.Fprintf(out, "\nGates: %d days: count error %.1f %%, decile error %.3f, AUC %.3f (recency %.3f), correlation of repeats and spend %.2f\n",
		h.Days, 100*h.CountError, h.DecileError, h.AUC, h.RecencyAUC, r.Figures.SpendCorrelation)
	for _, c := range r.Closed {
		fmt.Fprintf(out, "  closed: %s is %.4g, the bound %.4g\n", c.Gate, c.Got, c.Bound)
	}
	if len(r.Closed) == 0 {
		fmt.Fprintln(out, "  all open: the model may be used")
	}
}

func lines(out io.Writer, title, name string, all []line, decimals int) {
	w := table(out, title, name, "foreseen", "seen", "", "customers", "")
	for _, l := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\n", l.Name, number(l.Foreseen, max(1, decimals)), number(l.Seen.Value, decimals), interval(l.Seen, decimals), l.Seen.Cases, l.verdict())
	}
	w.Flush()
}

func standings(out io.Writer, title string, all []standing, decimals int) {
	if len(all) == 0 {
		return
	}
	w := table(out, title, "", "", "", "cases", "model less this", "", "")
	for i, s := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d", s.Name, number(s.Value, decimals), interval(s.figure, decimals), s.Cases)
		if i > 0 {
			fmt.Fprintf(w, "\t%s\t%s\t%s", number(s.Gap.Value, decimals), interval(s.Gap, decimals), s.Verdict)
		}
		fmt.Fprintln(w)
	}
	w.Flush()
}

func printAlarms(out io.Writer, title string, all []alarm) {
	columns := []string{"", "warned", "precision", "", "of", "recall", "", "of"}
	if slices.ContainsFunc(all, func(a alarm) bool { return a.Lead.Cases > 0 }) {
		columns = append(columns, "lead", "")
	}
	w := table(out, title, columns...)
	for _, a := range all {
		p, r := a.Precision, a.Recall
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%d\t%s\t%s\t%d", p.Name, a.Warned,
			number(p.Value, 2), interval(p.figure, 2), p.Cases, number(r.Value, 2), interval(r.figure, 2), r.Cases)
		if a.Lead.Cases > 0 {
			fmt.Fprintf(w, "\t%s\t%s", number(a.Lead.Value, 0), interval(a.Lead, 0))
		}
		fmt.Fprintln(w)
	}
	w.Flush()
}

func table(out io.Writer, title string, columns ...string) *tabwriter.Writer {
	fmt.Fprintf(out, "\n%s\n", title)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for i, c := range columns {
		if i > 0 {
			fmt.Fprint(w, "\t")
		}
		fmt.Fprint(w, c)
	}
	fmt.Fprintln(w)
	return w
}

func interval(f figure, decimals int) string {
	if math.IsNaN(f.Low) {
		return ""
	}
	return "[" + number(f.Low, decimals) + ", " + number(f.High, decimals) + "]"
}

func number(x float64, decimals int) string {
	if math.IsNaN(x) {
		return "–"
	}
	return fmt.Sprintf("%.*f", decimals, x)
}
