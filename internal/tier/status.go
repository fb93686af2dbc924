package tier

import "guanxi/internal/crm"

// Need is how far a customer's need for us has shown itself (R5).
type Need string

const (
	Prospect Need = "prospect" // never bought
	New      Need = "new"      // bought on exactly one date, however long ago
	Existing Need = "existing" // bought on two dates or more
)

// NeedOf decides by the number of purchase dates. A purchase that was fully
// refunded is none, so a customer can become a prospect again.
func NeedOf(purchases int) Need {
	switch purchases {
	case 0:
		return Prospect
	case 1:
		return New
	}
	return Existing
}

// Status is how alive the relation is (R5). A prospect without any two-way
// contact has no relation yet, and StatusNone.
type Status string

const (
	StatusNone    Status = ""
	Active        Status = "active"
	StatusDormant Status = "dormant"
	Lost          Status = "lost"
)

// StatusPolicy measures silence: days since the later of the last purchase and
// the last two-way contact.
type StatusPolicy struct {
	DormantAfterDays int `json:"dormant_after_days"` // from so many days of silence on
	LostAfterDays    int `json:"lost_after_days"`
}

func (p StatusPolicy) Validate() (wrong []crm.Field) {
	if p.DormantAfterDays < 1 {
		wrong = append(wrong, crm.Field{Path: "dormant_after_days", Message: "must be at least 1 day, or nobody is active"})
	}
	if p.LostAfterDays <= p.DormantAfterDays || p.LostAfterDays > 3650 {
		wrong = append(wrong, crm.Field{Path: "lost_after_days", Message: "must be greater than dormant_after_days, and at most 3650"})
	}
	return wrong
}

// Of decides by the date on which the customer was last seen; zero: never.
func (p StatusPolicy) Of(lastSeen, on crm.Date) Status {
	silence := int(on - lastSeen)
	switch {
	case lastSeen == 0:
		return StatusNone
	case silence >= p.LostAfterDays:
		return Lost
	case silence >= p.DormantAfterDays:
		return StatusDormant
	}
	return Active
}
