package clock

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const stamp = "Mon 2006-01-02 15:04"

// The examples of "Setting a schedule pattern for scheduled rules (legacy) in Amazon EventBridge"
// (eventbridge/latest/userguide/eb-scheduled-rule-pattern.html) and our own, each with its first
// firings after Friday 2024-02-23 11:07:30 UTC.
func TestSchedules(t *testing.T) {
	after := time.Date(2024, 2, 23, 11, 7, 30, 0, time.UTC)
	for expr, want := range map[string][]string{
		"cron(0 10 * * ? *)":            {"Sat 2024-02-24 10:00", "Sun 2024-02-25 10:00"},
		"cron(15 12 * * ? *)":           {"Fri 2024-02-23 12:15", "Sat 2024-02-24 12:15"},
		"cron(0 18 ? * MON-FRI *)":      {"Fri 2024-02-23 18:00", "Mon 2024-02-26 18:00"},
		"cron(0 8 1 * ? *)":             {"Fri 2024-03-01 08:00", "Mon 2024-04-01 08:00"},
		"cron(0/15 * * * ? *)":          {"Fri 2024-02-23 11:15", "Fri 2024-02-23 11:30"},
		"cron(0/10 * ? * MON-FRI *)":    {"Fri 2024-02-23 11:10", "Fri 2024-02-23 11:20"},
		"cron(0/5 8-17 ? * MON-FRI *)":  {"Fri 2024-02-23 11:10", "Fri 2024-02-23 11:15"},
		"cron(0/30 20-2 ? * MON-FRI *)": nil, // gronx takes no range over midnight, and says so
		"cron(10 16 * * ? *)":           {"Fri 2024-02-23 16:10", "Sat 2024-02-24 16:10"},
		"cron(0 0 ? * 1 *)":             {"Sun 2024-02-25 00:00", "Sun 2024-03-03 00:00"}, // 1 is Sunday
		"cron(0 0 ? * 7 *)":             {"Sat 2024-02-24 00:00", "Sat 2024-03-02 00:00"},
		"cron(0 0 ? * 2-6 *)":           {"Mon 2024-02-26 00:00", "Tue 2024-02-27 00:00"},
		"cron(0 0 ? * SUN,WED *)":       {"Sun 2024-02-25 00:00", "Wed 2024-02-28 00:00"},
		"cron(0 0 ? * L *)":             {"Sat 2024-02-24 00:00", "Sat 2024-03-02 00:00"},
		"cron(0 0 ? * 6L *)":            {"Fri 2024-03-29 00:00", "Fri 2024-04-26 00:00"}, // last Friday
		"cron(0 0 ? * 3#2 *)":           {"Tue 2024-03-12 00:00", "Tue 2024-04-09 00:00"}, // second Tuesday
		"cron(0 0 L * ? *)":             {"Thu 2024-02-29 00:00", "Sun 2024-03-31 00:00"},
		"cron(0 0 3W * ? *)":            {"Mon 2024-03-04 00:00", "Wed 2024-04-03 00:00"}, // weekday nearest to the 3rd
		"cron(0 0 29 2 ? *)":            {"Thu 2024-02-29 00:00", "Tue 2028-02-29 00:00"},
		"cron(0 0 31 * ? *)":            {"Sun 2024-03-31 00:00", "Fri 2024-05-31 00:00"},
		"cron(0 0 1 JAN,JUL ? *)":       {"Mon 2024-07-01 00:00", "Wed 2025-01-01 00:00"},
		"cron(0 0 1 1 ? 2030)":          {"Tue 2030-01-01 00:00", "Fri 9999-12-31 00:00"},
		"cron(59 23 31 12 ? 2023)":      {"Fri 9999-12-31 00:00"},
		"rate(1 minute)":                {"Fri 2024-02-23 11:08", "Fri 2024-02-23 11:09"},
		"rate(5 minutes)":               {"Fri 2024-02-23 11:10", "Fri 2024-02-23 11:15"},
		"rate(1 day)":                   {"Sat 2024-02-24 00:00", "Sun 2024-02-25 00:00"},
	} {
		s, _, err := ParseSchedule(expr)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		var got []string
		for at := after; len(got) < len(want); {
			at = s.Next(at)
			got = append(got, at.Format(stamp))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", expr, got, want)
		}
	}
}

func TestRefusedSchedules(t *testing.T) {
	for expr, want := range map[string]string{
		"at(2024-01-01T00:00:00)": "want rate(value unit) or cron(six fields)",
		"cron(0 10 * * *)":        "5 fields, want six",
		"cron(0 10 * * * *)":      "exactly one of day-of-month and day-of-week is ?",
		"cron(0 10 ? * ? *)":      "exactly one of day-of-month and day-of-week is ?",
		"cron(0 10 1 * MON *)":    "exactly one of day-of-month and day-of-week is ?",
		"cron(60 10 * * ? *)":     "out of its range",
		"cron(0 0 ? * 0 *)":       `day of week can't be "0"`,
		"cron(0 0 ? * 8 *)":       `day of week can't be "8"`,
		"cron(0 0 ? * 3#6 *)":     `day of week can't be "3#6"`,
		"cron(0 0 ? * 2#1,3#2 *)": `day of week can't be`,
		"cron(a 0 * * ? *)":       `minutes can't be "a"`,
		"cron(0 0 * FOO ? *)":     "out of its range",
		"rate(0 minutes)":         "whole number from 1",
		"rate(1 minutes)":         "the unit is minute",
		"rate(5 minute)":          "the unit is minute",
		"rate(5 weeks)":           "the unit is minute",
		"rate(5)":                 "the unit is minute",
	} {
		if _, _, err := ParseSchedule(expr); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", expr, err, want)
		}
	}
}

// field is one field of a drawn expression, with the values that it stands for.
type field struct {
	text   string
	values []int
}

// drawField draws *, a number, a range, a step, or a list of two of them, with names for numbers
// if the field has them.
func drawField(label string, low, high int, name func(int) string) *rapid.Generator[field] {
	one := rapid.Custom(func(t *rapid.T) field {
		from := rapid.IntRange(low, high).Draw(t, "from")
		to := rapid.IntRange(from, high).Draw(t, "to")
		step := rapid.IntRange(1, 20).Draw(t, "step")
		switch rapid.IntRange(0, 3).Draw(t, "form") {
		case 0:
			return field{name(from), []int{from}}
		case 1:
			return field{name(from) + "-" + name(to), every(from, to, 1)}
		case 2:
			return field{fmt.Sprintf("%d/%d", from, step), every(from, high, step)}
		default:
			return field{fmt.Sprintf("%d-%d/%d", from, to, step), every(from, to, step)}
		}
	})
	return rapid.Custom(func(t *rapid.T) field {
		switch rapid.IntRange(0, 2).Draw(t, label) {
		case 0:
			return field{"*", every(low, high, 1)}
		case 1:
			return one.Draw(t, label)
		default:
			a, b := one.Draw(t, label), one.Draw(t, label)
			return field{a.text + "," + b.text, append(a.values, b.values...)}
		}
	})
}

func every(from, to, step int) []int {
	var values []int
	for v := from; v <= to; v += step {
		values = append(values, v)
	}
	return values
}

// A drawn expression fires exactly when a walk through the minutes says so: strictly after, and
// the first.
func TestCronAgainstWalk(t *testing.T) {
	number := func(n int) string { return fmt.Sprint(n) }
	rapid.Check(t, func(t *rapid.T) {
		minute := drawField("minute", 0, 59, number).Draw(t, "minute")
		hour := drawField("hour", 0, 23, number).Draw(t, "hour")
		month := drawField("month", 1, 12, number).Draw(t, "month")
		monthDay := field{"?", every(1, 31, 1)}
		weekDay := field{"?", every(1, 7, 1)}
		if rapid.Bool().Draw(t, "by week") {
			from := rapid.IntRange(1, 7).Draw(t, "day")
			to := rapid.IntRange(from, 7).Draw(t, "last day")
			weekDay = field{fmt.Sprintf("%d-%d", from, to), every(from, to, 1)}
		} else {
			monthDay = drawField("day", 1, 28, number).Filter(func(f field) bool { return f.text != "*" }).Draw(t, "day")
			// A step runs on to the month's end, not to the last day that was drawn.
			if strings.Contains(monthDay.text, "/") {
				t.Skip("steps over month ends are in the table")
			}
		}
		expr := fmt.Sprintf("cron(%s %s %s %s %s *)", minute.text, hour.text, monthDay.text, month.text, weekDay.text)
		s, _, err := ParseSchedule(expr)
		if err != nil {
			t.Fatal(err)
		}
		after := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "after"), rapid.Int64Range(0, 999999999).Draw(t, "ns")).UTC()
		got := s.Next(after)

		fires := func(at time.Time) bool {
			return slices.Contains(minute.values, at.Minute()) && slices.Contains(hour.values, at.Hour()) &&
				slices.Contains(monthDay.values, at.Day()) && slices.Contains(month.values, int(at.Month())) &&
				slices.Contains(weekDay.values, int(at.Weekday())+1)
		}
		want := after.Truncate(time.Minute).Add(time.Minute)
		for !fires(want) {
			// Whole days are skipped by their date alone; 500,000 minutes a year are too slow.
			if day := want.Truncate(24 * time.Hour); !slices.Contains(month.values, int(day.Month())) || !slices.Contains(monthDay.values, day.Day()) || !slices.Contains(weekDay.values, int(day.Weekday())+1) {
				want = day.AddDate(0, 0, 1)
				continue
			}
			want = want.Add(time.Minute)
		}
		if !got.Equal(want) {
			t.Fatalf("%s after %s: %s, want %s", expr, after, got, want)
		}
	})
}

// Later questions have later answers, and every answer is strictly after its question.
func TestNextIsMonotone(t *testing.T) {
	exprs := []string{"cron(10 16 * * ? *)", "cron(0 0 L * ? *)", "cron(0 0 ? * 6L *)", "cron(0/7 3,5 ? * 2#1 *)", "cron(0 0 29 2 ? *)", "rate(1 minute)", "rate(7 hours)"}
	rapid.Check(t, func(t *rapid.T) {
		s, _, err := ParseSchedule(rapid.SampledFrom(exprs).Draw(t, "expr"))
		if err != nil {
			t.Fatal(err)
		}
		a := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "a"), 0)
		b := a.Add(time.Duration(rapid.Int64Range(0, 1e17).Draw(t, "step")))
		na, nb := s.Next(a), s.Next(b)
		if !na.After(a) || !nb.After(b) || nb.Before(na) || (na.After(b) && !na.Equal(nb)) {
			t.Fatalf("%s → %s, %s → %s", a, na, b, nb)
		}
	})
}
