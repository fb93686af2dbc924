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
	ByFrequency, ByWeek  []line
	Absolute, Squared    []standing
	AUC, AUCOfAll        []standing
	NextDates, Amounts   []standing
	OnTheDay, OverTheDay []alarm
	BesideSilence        []standing
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
	r.ByFrequency, r.ByWeek = t.byFrequency(m), t.byWeek(m)
	r.Absolute, r.Squared = t.countErrors(m)
	r.AUC, r.AUCOfAll = t.ranking(m, t.repeaters()), t.ranking(m, t.people)
	r.NextDates = t.nextDates(m)
	r.OnTheDay, r.OverTheDay, r.BesideSilence = t.onTheDay(m), t.overTheDays(m), t.besideSilence(m)
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
	r.printDeciles(out)
	standings(out, fmt.Sprintf("Who buys in %d days, among repeat buyers: AUC", t.soon()), r.AUC, 3)
	standings(out, "The same among all buyers", r.AUCOfAll, 3)
	standings(out, "Date of the next purchase, repeat buyers who came back: median error in days", r.NextDates, 0)
	standings(out, "Mean amount of the purchases held out, repeat buyers who came back: mean absolute error", r.Amounts, 2)
	alarms(out, fmt.Sprintf("Warnings on %s of repeat buyers; right = no purchase in %d days", t.split, t.soon()), r.OnTheDay)
	alarms(out, fmt.Sprintf("Warnings day by day after %s, one a silence; right = no purchase in %d days, recall = silences of %d days warned of before, lead = days before day %d",
		t.split, horizon, longSilence, lost), r.OverTheDay)
	r.printShortfalls(out)
}

// printShortfalls says plainly where the model is no better than a simpler rule.
func (r report) printShortfalls(out io.Writer) {
	fmt.Fprint(out, "\nWhere the model does not do better\n")
	none := true
	for _, c := range []struct {
		about string
		all   []standing
	}{
		{"absolute error of counts", r.Absolute},
		{"squared error of counts", r.Squared},
		{"telling repeat buyers who buy", r.AUC},
		{"telling all who buy", r.AUCOfAll},
		{"date of the next purchase", r.NextDates},
		{"mean amount", r.Amounts},
		{"precision of warnings", r.BesideSilence},
	} {
		for _, s := range c.all {
			if s.Verdict == unproven || s.Verdict == worse {
				fmt.Fprintf(out, "  %s, beside %s: %s\n", c.about, s.Name, s.Verdict)
				none = false
			}
		}
	}
	for _, l := range r.ByFrequency {
		if v := l.verdict(); v != "" {
			fmt.Fprintf(out, "  purchases in the days held out, repeats before = %s: foreseen %s\n", l.Name, v)
			none = false
		}
	}
	if none {
		fmt.Fprintln(out, "  nowhere")
	}
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

func (r report) printDeciles(out io.Writer) {
	w := table(out, fmt.Sprintf("P(buy in %d days): calibration by decile of all customers", r.Figures.HoldOut.Days), "decile", "foreseen", "bought", "", "customers")
	for i, d := range r.Figures.HoldOut.Deciles {
		low, high := wilson(d.Actual, d.Customers)
		fmt.Fprintf(w, "%d\t%.3f\t%.3f\t[%.3f, %.3f]\t%d\n", i+1, d.Predicted, d.Actual, low, high, d.Customers)
	}
	w.Flush()
}

// wilson is the 95 % score interval of a share (Wilson 1927).
func wilson(share float64, cases int) (low, high float64) {
	const z = 1.959964
	n := float64(cases)
	centre := (share + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(share*(1-share)/n+z*z/(4*n*n))
	return max(0, centre-half), min(1, centre+half)
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

func alarms(out io.Writer, title string, all []alarm) {
	columns := []string{"", "warned", "precision", "", "of", "recall", "", "of"}
	if slices.ContainsFunc(all, func(a alarm) bool { return a.Lead.Cases > 0 }) {
		columns = append(columns, "lead", "")
	}
	w := table(out, title, columns...)
	for _, a := range all {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%d\t%s\t%s\t%d", a.Rule, a.Warned,
			number(a.Precision.Value, 2), interval(a.Precision, 2), a.Precision.Cases,
			number(a.Recall.Value, 2), interval(a.Recall, 2), a.Recall.Cases)
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
