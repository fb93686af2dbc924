package segment

import (
	"slices"
	"strings"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/insight"
	"guanxi/internal/standing"
)

// Subject is a customer of whom a condition is asked: who they are, what was
// decided about them, and their habits.
type Subject struct {
	Profile customer.Profile
	Record  standing.Record
	Habits  insight.Insight
}

// Of is the subject of a profile and a decision.
func Of(p customer.Profile, r standing.Record) (Subject, error) {
	habits, err := r.Measures.Insight.Unpack()
	return Subject{p, r, habits}, err
}

// Never is how many days ago something is that never was: more than any number
// that is asked for, so that "longer ago than 90 days" holds and "less than 90
// days ago" does not.
const Never = 100_000

func since(then, on crm.Date) int {
	if then == 0 {
		return Never
	}
	return int(on - then)
}

func channels(all []insight.Use) []string {
	names := make([]string, len(all))
	for i, u := range all {
		names[i] = string(u.Channel)
	}
	return names
}

func (s Subject) stores() []string {
	names := make([]string, 0, len(s.Record.Stores)+1)
	for _, store := range s.Record.Stores {
		names = append(names, string(store))
	}
	if home := string(s.Profile.HomeStore); home != "" && !slices.Contains(names, home) {
		names = append(names, home)
	}
	return names
}

func (s Subject) categories() []string {
	names := make([]string, len(s.Habits.Categories))
	for i, c := range s.Habits.Categories {
		names[i] = c.Name
	}
	return names
}

// consents are the channels and purposes that were granted and not withdrawn:
// "email marketing".
func (s Subject) consents() (granted []string) {
	for _, c := range s.Profile.Consents {
		if c.State == customer.Granted {
			granted = append(granted, c.Channel+" "+string(c.Purpose))
		}
	}
	return granted
}

func (s Subject) address() customer.Address {
	if s.Profile.Address == nil {
		return customer.Address{}
	}
	return *s.Profile.Address
}

// birth is the birthday; the year is 0 where it is unknown, all are where the
// birthday is.
func (s Subject) birth() (year, month, day int) {
	number := func(text string) (n int) {
		for _, digit := range text {
			n = 10*n + int(digit-'0')
		}
		return n
	}
	text := s.Profile.Birthday // "1988-05-17" or "--05-17", as it was validated
	if rest, unknown := strings.CutPrefix(text, "--"); unknown && len(rest) == len("05-17") {
		return 0, number(rest[:2]), number(rest[3:])
	}
	if len(text) == len("1988-05-17") {
		return number(text[:4]), number(text[5:7]), number(text[8:])
	}
	return 0, 0, 0
}

// birthdayIn is the birthday in a year; one of 29 February is on 1 March in
// others than leap years.
func (s Subject) birthdayIn(year int) crm.Date {
	_, month, day := s.birth()
	return crm.DateOf(year, month, day)
}

// age in full years; -1 where the year of birth is unknown.
func (s Subject) age(on crm.Date) int {
	year, _, _ := s.birth()
	if year == 0 {
		return -1
	}
	age := on.Year() - year
	if on < s.birthdayIn(on.Year()) {
		age--
	}
	return age
}

// daysToBirthday counts down to the next one, 0 on the day.
func (s Subject) daysToBirthday(on crm.Date) int {
	if _, month, _ := s.birth(); month == 0 {
		return Never
	}
	next := s.birthdayIn(on.Year())
	if next < on {
		next = s.birthdayIn(on.Year() + 1)
	}
	return int(next - on)
}
