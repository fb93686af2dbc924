package main

import "time"

// day is a local calendar date, counted from 1970-01-01.
type day int

func parseDay(s string) (day, error) {
	t, err := time.Parse(time.DateOnly, s)
	return day(t.Unix() / 86400), err
}

func (d day) String() string { return d.at(0, time.UTC).Format(time.DateOnly) }

// at is the instant at which the clocks in zone show the time of day on the
// date.
func (d day) at(timeOfDay time.Duration, zone *time.Location) time.Time {
	return time.Date(1970, time.January, 1+int(d), 0, 0, 0, int(timeOfDay), zone)
}

// quarterEnd is the last date of the calendar quarter that d lies in.
func (d day) quarterEnd() day {
	year, month, _ := d.at(0, time.UTC).Date()
	next := time.Date(year, (month-1)/3*3+4, 1, 0, 0, 0, 0, time.UTC)
	return day(next.Unix()/86400) - 1
}

// dayOf is the date that the clocks in zone show at t.
func dayOf(t time.Time, zone *time.Location) day {
	_, offset := t.In(zone).Zone()
	return day((t.Unix() + int64(offset)) / 86400)
}
