package crm

import (
	"fmt"
	"time"
)

// Date is a local calendar date of the deployment's time zone, counted in days
// since 1970-01-01. Decisions have date resolution: they change at local
// midnight, so all rules calculate in Dates. The zero Date means "none".
type Date int32

const isoDate = "2006-01-02"

// DateIn is the date that the clocks in zone show at t.
func DateIn(t time.Time, zone *time.Location) Date {
	_, offset := t.In(zone).Zone()
	seconds := t.Unix() + int64(offset)
	if seconds < 0 {
		seconds -= 86399 // days begin at their midnight before 1970, too
	}
	return Date(seconds / 86400)
}

// ParseDate reads "2026-11-22".
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(isoDate, s)
	if err != nil {
		return 0, fmt.Errorf("not a date like 2026-11-22: %q", s)
	}
	return Date(t.Unix() / 86400), nil
}

// DateOf is a date of the calendar; what is beyond the end of a month runs on
// into the next.
func DateOf(year, month, day int) Date {
	return Date(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// Year is the one that the date lies in.
func (d Date) Year() int { return time.Unix(int64(d)*86400, 0).UTC().Year() }

// Midnight is the first instant of the date in zone. Where the clocks are put
// forward at midnight, that is not 00:00 but when they jump (São Paulo until
// 2018 began a day at 01:00).
func (d Date) Midnight(zone *time.Location) time.Time {
	t := time.Date(1970, 1, 1+int(d), 0, 0, 0, 0, zone)
	if DateIn(t, zone) < d { // 00:00 falls into the gap, so the jump lies ahead
		_, t = t.ZoneBounds()
	}
	return t
}

func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return time.Unix(int64(d)*86400, 0).UTC().Format(isoDate)
}

func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d *Date) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*d = 0
		return nil
	}
	*d, err = ParseDate(string(b))
	return err
}
