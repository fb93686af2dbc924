// Package churn decides who is about to leave (R20), and the life of the
// warning that says so: opened once per silence, escalated when nobody acts,
// closed by a purchase or by a person.
package churn

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"guanxi/internal/crm"
)

// Policy holds the figures that an admin may change.
type Policy struct {
	WarnAfterDays      int `json:"warn_after_days"`       // of silence
	EscalateAfterDays  int `json:"escalate_after_days"`   // after opening, to the store's manager
	FollowUpWithinDays int `json:"follow_up_within_days"` // after opening, the owner has talked to the customer
}

//go:embed default.json
var defaults []byte

// Default is policy 1.
func Default() (p Policy) {
	if err := json.Unmarshal(defaults, &p); err != nil {
		panic("churn: default.json: " + err.Error())
	}
	return p
}

// Validate names each figure that makes no sense.
func (p Policy) Validate() (wrong []crm.Field) {
	days := func(path string, n, most int) {
		if n < 1 || n > most {
			wrong = append(wrong, crm.Field{Path: path, Message: fmt.Sprintf("must be 1 to %d days", most)})
		}
	}
	days("warn_after_days", p.WarnAfterDays, 3650)
	days("escalate_after_days", p.EscalateAfterDays, 365)
	days("follow_up_within_days", p.FollowUpWithinDays, 365)
	return wrong
}
