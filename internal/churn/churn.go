// Package churn decides who is about to leave (R20), and the life of the
// warning that says so: opened once per silence with its reasons, escalated
// when nobody acts, put off by whoever is on it, closed by a purchase or by a
// person, who says why the customer stayed away (R22).
package churn

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"guanxi/internal/crm"
	"guanxi/internal/tier"
)

// Policy holds the figures that an admin may change. Documents that were
// written before there were FollowUp, Signs and Severity have none: see
// Complete.
type Policy struct {
	WarnAfterDays      int            `json:"warn_after_days"`         // of silence, where no model foresees anything
	WarnBelow          float64        `json:"warn_below"`              // this chance of an order within HorizonDays; 0: by silence alone
	EscalateAfterDays  int            `json:"escalate_after_days"`     // after opening, to the store's manager
	FollowUpWithinDays int            `json:"follow_up_within_days"`   // after opening, the owner has talked to the customer …
	FollowUp           ByTier         `json:"follow_up_days,omitzero"` // … or so, by the tier that they had
	Signs              SignPolicy     `json:"signals,omitzero"`        // what counts as a signal
	Severity           SeverityPolicy `json:"severity,omitzero"`       // how much each matters
}

// ByTier are days for customers of each tier.
type ByTier struct {
	Strategic int `json:"strategic"`
	Growth    int `json:"growth"`
	Basic     int `json:"basic"`
	Dormant   int `json:"dormant"`
}

// SignPolicy says what counts as a signal.
type SignPolicy struct {
	RecentDays     int `json:"recent_days"`      // the window that is compared with the year before it
	LeastBefore    int `json:"least_before"`     // days in that year, below which no fall is seen
	FallsToPercent int `json:"falls_to_percent"` // of what is usual, or less, is a fall
	RememberedDays int `json:"remembered_days"`  // an older answer or complaint says nothing
}

// SeverityPolicy gives points for signals and tiers, and says from how many on
// a warning is high or critical.
type SeverityPolicy struct {
	FallingContacts  int `json:"falling_contacts"`
	FallingVisits    int `json:"falling_visits"`
	FallingEnquiries int `json:"falling_enquiries"`
	BadScore         int `json:"bad_score"`
	Complaint        int `json:"complaint"`
	FallingTier      int `json:"falling_tier"`
	Strategic        int `json:"strategic"`
	Growth           int `json:"growth"`
	HighFrom         int `json:"high_from"`
	CriticalFrom     int `json:"critical_from"`
}

// most is what somebody has of whom everything is true at once.
func (p SeverityPolicy) most() int {
	return p.FallingContacts + p.FallingVisits + p.FallingEnquiries + p.BadScore + p.Complaint + p.FallingTier + max(p.Strategic, p.Growth)
}

// HorizonDays is how far ahead the chance of an order looks. Models are judged by
// how well they foresee just that.
const HorizonDays = 90

//go:embed default.json
var defaults []byte

// Default is policy 1.
func Default() (p Policy) {
	if err := json.Unmarshal(defaults, &p); err != nil {
		panic("churn: default.json: " + err.Error())
	}
	return p
}

// Complete is the policy of a document that may lack what is newer than it:
// follow-ups are due alike for every tier, as it said, and the other figures are
// the default ones.
func (p Policy) Complete() Policy {
	if p.FollowUp == (ByTier{}) {
		n := p.FollowUpWithinDays
		p.FollowUp = ByTier{n, n, n, n}
	}
	if p.Signs == (SignPolicy{}) {
		p.Signs = Default().Signs
	}
	if p.Severity == (SeverityPolicy{}) {
		p.Severity = Default().Severity
	}
	return p
}

// Validate names each figure that makes no sense.
func (p Policy) Validate() (wrong []crm.Field) {
	between := func(path string, n, least, most int, unit string) {
		if n < least || n > most {
			wrong = append(wrong, crm.Field{Path: path, Message: fmt.Sprintf("must be %d to %d %s", least, most, unit)})
		}
	}
	between("warn_after_days", p.WarnAfterDays, 1, 3650, "days")
	if !(p.WarnBelow >= 0 && p.WarnBelow < 1) {
		wrong = append(wrong, crm.Field{Path: "warn_below", Message: "must be a share from 0 to below 1"})
	}
	between("escalate_after_days", p.EscalateAfterDays, 1, 365, "days")
	between("follow_up_within_days", p.FollowUpWithinDays, 1, 365, "days")
	between("follow_up_days.strategic", p.FollowUp.Strategic, 1, 365, "days")
	between("follow_up_days.growth", p.FollowUp.Growth, 1, 365, "days")
	between("follow_up_days.basic", p.FollowUp.Basic, 1, 365, "days")
	between("follow_up_days.dormant", p.FollowUp.Dormant, 1, 365, "days")
	between("signals.recent_days", p.Signs.RecentDays, 7, 365, "days")
	between("signals.least_before", p.Signs.LeastBefore, 1, yearBefore, "days")
	between("signals.falls_to_percent", p.Signs.FallsToPercent, 0, 99, "percent")
	between("signals.remembered_days", p.Signs.RememberedDays, 1, 3650, "days")
	for _, points := range []struct {
		path string
		n    int
	}{
		{"falling_contacts", p.Severity.FallingContacts}, {"falling_visits", p.Severity.FallingVisits}, {"falling_enquiries", p.Severity.FallingEnquiries},
		{"bad_score", p.Severity.BadScore}, {"complaint", p.Severity.Complaint}, {"falling_tier", p.Severity.FallingTier},
		{"strategic", p.Severity.Strategic}, {"growth", p.Severity.Growth},
	} {
		between("severity."+points.path, points.n, 0, 100, "points")
	}
	between("severity.high_from", p.Severity.HighFrom, 1, 1000, "points")
	if p.Severity.CriticalFrom <= p.Severity.HighFrom {
		wrong = append(wrong, crm.Field{Path: "severity.critical_from", Message: "must be more than high_from"})
	}
	if most := p.Severity.most(); p.Severity.CriticalFrom > most {
		wrong = append(wrong, crm.Field{Path: "severity.critical_from", Message: fmt.Sprintf("can never hold: all points together are %d", most)})
	}
	return wrong
}

// followUpDays is until when the owner has talked to a customer of a tier.
func (p Policy) followUpDays(t tier.Tier) int {
	switch t {
	case tier.Strategic:
		return p.FollowUp.Strategic
	case tier.Growth:
		return p.FollowUp.Growth
	case tier.Dormant:
		return p.FollowUp.Dormant
	case tier.Basic:
		return p.FollowUp.Basic
	}
	return p.FollowUpWithinDays // the decision was made before it told the tier
}
