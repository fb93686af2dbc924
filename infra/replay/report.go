package main

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// report is what a replay ends with.
type report struct {
	tally
	figures
	Rate    string
	Resumed bool  // the times are those since then
	Retried int64 // requests
	Spent   map[phase]time.Duration
	Wall    time.Duration // of everything
	Busy    time.Duration // processor time of everything, servers and functions included
	Wrong   []difference
}

var (
	levels = []string{"diamond", "gold", "silver", "dormant"}
	tiers  = []string{"strategic", "growth", "basic", "dormant"}
)

// shownDifferences is how many of the differences are named.
const shownDifferences = 10

func (r report) print(out io.Writer) {
	active := r.Spent[nights] + r.Spent[delivering] + r.Spent[settling]
	fmt.Fprintf(out, "\n%d orders of %d people, %s to %s, %d nights, 1 USD = %s CNY\n", r.Orders, r.People, r.First, r.Last, r.Last-r.First+1, r.Rate)
	fmt.Fprintf(out, "%d deliveries: %d orders repeated, %d late by a day or two, %d with the older version last; %d requests sent again\n",
		r.Deliveries, r.Repeated, r.Late, r.Outdated, r.Retried)
	if !r.Resumed { // else the time is that of a part
		fmt.Fprintf(out, "%.1f orders per second with everything that follows from them, nights included; %.1f per second while delivering\n",
			perSecond(r.Orders, active), perSecond(r.Orders, r.Spent[delivering]))
	}

	fmt.Fprintf(out, "\nLevels and tiers at the end of each quarter\n")
	r.printMix(out)

	fmt.Fprintf(out, "\nChurn warnings: %d raised; of the %d whose %d days the file shows, %d (%s) bought within %d days of the warning\n",
		r.Raised, r.Followed, followDays, r.Bought, percent(r.Bought, r.Followed), followDays)
	r.printForesight(out)

	fmt.Fprintf(out, "\nTime: %s\n", r.Wall.Round(time.Second))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, p := range phases {
		fmt.Fprintf(table, "%s\t%s\t  %s\n", r.Spent[p].Round(100*time.Millisecond), percent(int(r.Spent[p]), int(r.Wall)), p)
	}
	table.Flush()
	fmt.Fprintf(out, "%.1f of %d processors were busy: DynamoDB Local is serial inside, and with it, the functions and the host\n"+
		"share them; the more of them are busy, the less is won by more workers.\n",
		r.Busy.Seconds()/max(r.Wall.Seconds(), 1e-9), runtime.NumCPU())

	if len(r.Wrong) == 0 {
		fmt.Fprintf(out, "\nEvery one of %d customers has the level, spend, status and tier that brute force over the file gives.\n", r.People)
		return
	}
	fmt.Fprintf(out, "\n%d answers are not what brute force over the file gives:\n", len(r.Wrong))
	for _, d := range r.Wrong[:min(len(r.Wrong), shownDifferences)] {
		fmt.Fprintf(out, "  %s\n", d)
	}
}

func (r report) printMix(out io.Writer) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "\tbuyers\t%s\t|\t%s\t\n", strings.Join(levels, "\t"), strings.Join(tiers, "\t"))
	for _, q := range r.Quarters {
		fmt.Fprintf(table, "%s\t%d\t", q.End, q.People)
		for _, l := range levels {
			fmt.Fprintf(table, "%d\t", q.Level[l])
		}
		fmt.Fprint(table, "|\t")
		for _, t := range tiers {
			fmt.Fprintf(table, "%d\t", q.Tier[t])
		}
		fmt.Fprintln(table)
	}
	table.Flush()
}

func (r report) printForesight(out io.Writer) {
	if !r.Quarters[0].Whole {
		return // the file ends too early to tell of any
	}
	fmt.Fprintf(out, "Repeat buyers at the end of a quarter, by what they did in the %d days after it\n", followDays)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(table, "\twarned\tbought\t\tnot warned\tdid not buy\t\t\n")
	for _, q := range r.Quarters {
		if q.Whole {
			fmt.Fprintf(table, "%s\t%d\t%d\t%s\t%d\t%d\t%s\t\n", q.End,
				q.Warned, q.WarnedBought, percent(q.WarnedBought, q.Warned), q.Unwarned, q.UnwarnedLeft, percent(q.UnwarnedLeft, q.Unwarned))
		}
	}
	table.Flush()
}

func perSecond(n int, d time.Duration) float64 { return float64(n) / max(d.Seconds(), 1e-9) }

func percent(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f %%", 100*float64(part)/float64(whole))
}
