package customer

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Consent is the customer's last word on being contacted through a channel for
// a purpose. Where there is no word there is no consent: nothing is presumed.
// It can be withdrawn, never removed, so that the record of it stays.
type Consent struct {
	Channel string    `json:"channel"` // "email", "sms", "phone", "wechat", …: a lower-case word
	Purpose Purpose   `json:"purpose"`
	State   State     `json:"state"`
	At      time.Time `json:"at"`     // when they said so
	Source  string    `json:"source"` // where they said so: "sign_up", "paper", "phone", …: a lower-case word
}

// Purpose is what a customer is contacted for.
type Purpose string

const (
	Marketing Purpose = "marketing" // offers and news
	Service   Purpose = "service"   // beyond what an order itself needs
	Research  Purpose = "research"  // surveys
	Sharing   Purpose = "sharing"   // handing data to partners
)

// State is what the customer said.
type State string

const (
	Granted   State = "granted"
	Withdrawn State = "withdrawn"
)

// maxConsents bounds channels times purposes.
const maxConsents = 40

func (c *checks) consents(list []Consent) {
	c.check(len(list) <= maxConsents, "consents", "must be at most %d", maxConsents)
	for i, one := range list {
		path := fmt.Sprintf("consents[%d]", i)
		c.check(word.MatchString(one.Channel), path+".channel", "must be a lower-case word")
		c.check(slices.Contains([]Purpose{Marketing, Service, Research, Sharing}, one.Purpose), path+".purpose", "must be marketing, service, research or sharing")
		c.check(one.State == Granted || one.State == Withdrawn, path+".state", "must be granted or withdrawn")
		c.check(!one.At.IsZero(), path+".at", "must be given")
		c.check(word.MatchString(one.Source), path+".source", "must be a lower-case word")
		c.check(slices.IndexFunc(list, one.same) == i, path, "is there twice: one word for each channel and purpose")
	}
}

// same tells whether both are about one channel and purpose.
func (c Consent) same(other Consent) bool {
	return c.Channel == other.Channel && c.Purpose == other.Purpose
}

// String is what the audit keeps of a consent. It names no contact point.
func (c Consent) String() string {
	return strings.Join([]string{c.Channel, string(c.Purpose), string(c.State), c.At.UTC().Format(time.RFC3339), c.Source}, " ")
}

// ConsentsAfter are those of next that are not in before.
func ConsentsAfter(before, next []Consent) (news []Consent) {
	for _, one := range next {
		if !slices.ContainsFunc(before, one.equal) {
			news = append(news, one)
		}
	}
	return news
}

func (c Consent) equal(other Consent) bool {
	return c.same(other) && c.State == other.State && c.Source == other.Source && c.At.Equal(other.At)
}

// CheckConsents holds an amendment against what the customer said before: no
// word gets lost, and a new one is newer and not of the future.
func CheckConsents(before, next []Consent, now time.Time) error {
	var c checks
	for _, old := range before {
		c.check(slices.ContainsFunc(next, old.same), "consents", "%s for %s can't be removed: withdraw it", old.Channel, old.Purpose)
	}
	for i, one := range next {
		path := fmt.Sprintf("consents[%d].at", i)
		c.check(!one.At.After(now), path, "must not lie in the future")
		if j := slices.IndexFunc(before, one.same); j >= 0 && !one.equal(before[j]) {
			c.check(one.At.After(before[j].At), path, "must be later than the word that it replaces")
		}
	}
	return c.err("customer.CheckConsents")
}
