package main

import (
	"time"

	"guanxi/infra/purchases"
)

// figures are what the report says about the customers, counted from the
// system's own answers; only what somebody did after a warning is read in the
// file.
type figures struct {
	Quarters []quarter

	// Warnings raised; those that were raised so early that the file shows the
	// 90 dates from the warning's own on; and of these, how many were followed
	// by a purchase on one of them.
	Raised, Followed, Bought int
}

// quarter is the state at the end of a date.
type quarter struct {
	End    day
	People int
	Level  map[string]int
	Tier   map[string]int

	// Repeat buyers (purchases on two dates or more) by whether they were warned
	// about at the end of the date, and what they did on the 90 dates after it.
	// Whole says whether the file shows all of those.
	Whole                  bool
	Warned, WarnedBought   int
	Unwarned, UnwarnedLeft int // Left: bought nothing
}

const followDays = 90

func count(all []purchase, got map[string]answers, first, last day, zone *time.Location) (f figures) {
	for end := first.QuarterEnd(); ; end = (end + 1).QuarterEnd() {
		f.Quarters = append(f.Quarters, quarter{End: min(end, last), Level: map[string]int{}, Tier: map[string]int{}, Whole: end+followDays <= last})
		if end >= last {
			break
		}
	}
	of := purchases.ByCustomer(all)
	for name, a := range got {
		for i := range f.Quarters {
			f.Quarters[i].add(a, of[name], zone)
		}
		for _, w := range a.Warnings {
			f.Raised++
			if on := purchases.DayOf(w.OpenedAt, zone); on+followDays-1 <= last {
				f.Followed++
				if bought(of[name], on, on+followDays-1) {
					f.Bought++
				}
			}
		}
	}
	return f
}

func (q *quarter) add(a answers, of []purchase, zone *time.Location) {
	c, known := a.at(q.End, zone)
	if !known || c.Need == "prospect" {
		return
	}
	q.People++
	q.Level[c.Level]++
	q.Tier[c.Tier]++
	if c.Need != "existing" {
		return
	}
	returned := bought(of, q.End+1, q.End+followDays)
	switch {
	case c.Warned != "":
		q.Warned++
		if returned {
			q.WarnedBought++
		}
	default:
		q.Unwarned++
		if !returned {
			q.UnwarnedLeft++
		}
	}
}

// at is what had been decided when the date ended: the newest change of then.
func (a answers) at(end day, zone *time.Location) (c classes, known bool) {
	for _, change := range a.Changes { // the newest first
		if purchases.DayOf(change.At, zone) <= end {
			return change.After, true
		}
	}
	return c, false
}

// bought tells whether one of the purchases is dated from … to.
func bought(of []purchase, from, to day) bool {
	for _, p := range of {
		if p.Date >= from && p.Date <= to {
			return true
		}
	}
	return false
}
