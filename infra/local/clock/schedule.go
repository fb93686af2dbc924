package clock

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/adhocore/gronx"
)

// Schedule says when something fires.
type Schedule interface {
	// Next is the first firing strictly after an instant, in UTC; Never if there is none.
	Next(after time.Time) time.Time
}

// Never lies after every firing: the year of a cron expression ends at 2199.
var Never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// ParseSchedule reads rate(…) and cron(…) as EventBridge rules write them, always in UTC, and
// tells whether it is a rate.
//
// EventBridge counts a rate from the moment its rule was made. Here it fires on whole multiples of
// its period, so that a schedule needs no memory.
//
// ("Setting a schedule pattern for scheduled rules (legacy) in Amazon EventBridge",
// eventbridge/latest/userguide/eb-scheduled-rule-pattern.html)
func ParseSchedule(expr string) (_ Schedule, isRate bool, _ error) {
	if inner, ok := within(expr, "rate("); ok {
		s, err := parseRate(inner)
		return s, true, err
	}
	if inner, ok := within(expr, "cron("); ok {
		s, err := parseCron(inner)
		return s, false, err
	}
	return nil, false, fmt.Errorf("schedule %q: want rate(value unit) or cron(six fields)", expr)
}

func within(expr, prefix string) (string, bool) {
	rest, ok := strings.CutPrefix(expr, prefix)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, ")")
}

// rate is a fixed period.
type rate time.Duration

func parseRate(inner string) (Schedule, error) {
	count, unit, _ := strings.Cut(inner, " ")
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 {
		return nil, fmt.Errorf("rate(%s): the value is a whole number from 1", inner)
	}
	period, ok := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[strings.TrimSuffix(unit, "s")]
	// One is singular, all others plural, or EventBridge refuses it.
	if !ok || strings.HasSuffix(unit, "s") != (n > 1) {
		return nil, fmt.Errorf("rate(%s): the unit is minute, hour or day for 1, minutes, hours or days above", inner)
	}
	return rate(time.Duration(n) * period), nil
}

func (r rate) Next(after time.Time) time.Time {
	return after.UTC().Truncate(time.Duration(r)).Add(time.Duration(r))
}

// cron is an expression in the dialect of gronx: seconds first, days of the week 0–6.
type cron string

// fieldForms is what EventBridge takes in each field. The day of the week has its own numbers,
// 1–7 for SUN–SAT, and is translated by weekday.
var fieldForms = [6]struct {
	name string
	form *regexp.Regexp
}{
	{"minutes", numbers(``)},
	{"hours", numbers(``)},
	{"day of month", numbers(`\?|L|\d+W`)},
	{"month", numbers(`(?:[A-Z]{3})(?:-[A-Z]{3})?`)},
	{"day of week", regexp.MustCompile(`^(?:\?|\*|L|[1-7]L|[1-7]#[1-5]|(?:[1-7]|[A-Z]{3})(?:-(?:[1-7]|[A-Z]{3}))?(?:,(?:[1-7]|[A-Z]{3})(?:-(?:[1-7]|[A-Z]{3}))?)*)$`)},
	{"year", numbers(``)},
}

// numbers matches lists of numbers, ranges and steps, and the field's special forms.
func numbers(special string) *regexp.Regexp {
	one := `(?:\*|\d+(?:-\d+)?)(?:/\d+)?`
	if special != "" {
		one += "|" + special
	}
	return regexp.MustCompile(`^(?:` + one + `)(?:,(?:` + one + `))*$`)
}

func parseCron(inner string) (Schedule, error) {
	fields := strings.Fields(inner)
	if len(fields) != len(fieldForms) {
		return nil, fmt.Errorf("cron(%s): %d fields, want six: minutes hours day-of-month month day-of-week year", inner, len(fields))
	}
	for i, field := range fields {
		if !fieldForms[i].form.MatchString(field) {
			return nil, fmt.Errorf("cron(%s): %s can't be %q", inner, fieldForms[i].name, field)
		}
	}
	if (fields[2] == "?") == (fields[4] == "?") {
		return nil, fmt.Errorf("cron(%s): exactly one of day-of-month and day-of-week is ?", inner)
	}
	fields[1] = overMidnight(fields[1])
	fields[4] = weekday(fields[4])
	s := cron("0 " + strings.Join(fields, " "))
	if !gronx.IsValid(string(s)) {
		return nil, fmt.Errorf("cron(%s): a value is out of its range", inner)
	}
	return s, nil
}

var hourRange = regexp.MustCompile(`^(\d+)-(\d+)$`)

// overMidnight splits a range of hours as 20-2, which gronx takes for empty.
func overMidnight(field string) string {
	m := hourRange.FindStringSubmatch(field)
	if m == nil {
		return field
	}
	from, _ := strconv.Atoi(m[1])
	to, _ := strconv.Atoi(m[2])
	if from <= to {
		return field
	}
	return m[1] + "-23,0-" + m[2]
}

var dayNumber = regexp.MustCompile(`[1-7]`)

// weekday takes one off each day's number; the number after # counts weeks and stays.
func weekday(field string) string {
	if field == "L" { // Alone: the week's last day.
		return "6"
	}
	days, week, nth := strings.Cut(field, "#")
	days = dayNumber.ReplaceAllStringFunc(days, func(d string) string { return string(d[0] - 1) })
	if nth {
		return days + "#" + week
	}
	return days
}

func (c cron) Next(after time.Time) time.Time {
	next, err := gronx.NextTickAfter(string(c), after.UTC(), false)
	// gronx gives its start back, not an error, when the years have run out.
	if err != nil || !next.After(after) {
		return Never
	}
	return next
}
