package purchases

import "time"

// Day is a local calendar date, counted from 1970-01-01.
type Day int

// ParseDay reads "1997-01-31".
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	return Day(t.Unix() / 86400), err
}

func (d Day) String() string { return d.At(0, time.UTC).Format(time.DateOnly) }

// At is the instant at which the clocks in zone show the time of day on the
// date.
func (d Day) At(timeOfDay time.Duration, zone *time.Location) time.Time {
	return time.Date(1970, time.January, 1+int(d), 0, 0, 0, int(timeOfDay), zone)
}

// QuarterEnd is the last date of the calendar quarter that d lies in.
func (d Day) QuarterEnd() Day {
	year, month, _ := d.At(0, time.UTC).Date()
	next := time.Date(year, (month-1)/3*3+4, 1, 0, 0, 0, 0, time.UTC)
	return Day(next.Unix()/86400) - 1
}

// DayOf is the date that the clocks in zone show at t.
func DayOf(t time.Time, zone *time.Location) Day {
	_, offset := t.In(zone).Zone()
	return Day((t.Unix() + int64(offset)) / 86400)
}
