package standing

import (
	"fmt"
	"strconv"
	"strings"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
)

// named is an answer as people are told it: the empty one has a name, too.
func named[S ~string](answer S) string {
	if answer == "" {
		return "none"
	}
	return string(answer)
}

// inputs drops those that are not there: a date that never was.
func inputs(all ...decision.Input) []decision.Input {
	there := make([]decision.Input, 0, len(all)+2)
	for _, i := range all {
		if i.Value != "" {
			there = append(there, i)
		}
	}
	return there
}

func (e explainer) amount(name string, minor int64) decision.Input {
	return decision.Input{Name: name, Value: strconv.FormatInt(minor, 10), Unit: e.p.Currency + " minor"}
}

func count(name string, dates int) decision.Input {
	return decision.Input{Name: name, Value: strconv.Itoa(dates), Unit: "purchase dates"}
}

func score(name string, n int) decision.Input {
	return decision.Input{Name: name, Value: strconv.Itoa(n), Unit: "score"}
}

func silence(days crm.Date) decision.Input {
	return decision.Input{Name: "silence", Value: strconv.Itoa(int(days)), Unit: "days"}
}

func date(name string, d crm.Date) decision.Input {
	return decision.Input{Name: name, Value: d.String(), Unit: "date"}
}

func text(name, value string) decision.Input { return decision.Input{Name: name, Value: value} }

// before is the last date on which what ends on d still holds; none for none.
func before(d crm.Date) crm.Date {
	if d == 0 {
		return 0
	}
	return d - 1
}

// by is the last date for something, where there is one.
func by(d crm.Date) string {
	if d == 0 {
		return ""
	}
	return " by " + d.String()
}

// buying is the way by purchases.
func buying(n int, until crm.Date, answer any) string {
	if n == 1 {
		return fmt.Sprintf("1 more purchase%s makes %v", by(until), answer)
	}
	return fmt.Sprintf("%d more purchases on different dates%s make %v", n, by(until), answer)
}

// words is an amount as people read it: "¥1,230.00", "EUR 1,230.00".
func (e explainer) words(minor int64) string {
	decimal, _, _ := strings.Cut(crm.Money{Minor: minor, Currency: e.p.Currency}.String(), " ")
	whole, fraction, hasFraction := strings.Cut(decimal, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if hasFraction {
		whole += "." + fraction
	}
	if e.p.Currency == "CNY" {
		return "¥" + whole
	}
	return e.p.Currency + " " + whole
}
