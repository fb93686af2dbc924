package churn

import "guanxi/internal/tier"

// Severity is how much a warning matters: by its signals and the tier that the
// customer had, and a step more once it is escalated.
type Severity string

const (
	Normal   Severity = "normal"
	High     Severity = "high"
	Critical Severity = "critical"
)

// raised is the next severity.
func (s Severity) raised() Severity {
	if s == Normal {
		return High
	}
	return Critical
}

// severity adds up the points of signals and tier.
func (p Policy) severity(s Signals) Severity {
	points, worth := 0, p.Severity
	for _, r := range p.Reasons(s) {
		points += map[string]int{
			CodeContacts: worth.FallingContacts, CodeVisits: worth.FallingVisits, CodeEnquiries: worth.FallingEnquiries,
			CodeScore: worth.BadScore, CodeOpen: worth.Complaint, CodeUnsolved: worth.Complaint, CodeTier: worth.FallingTier,
		}[r.Code]
	}
	points += map[tier.Tier]int{tier.Strategic: worth.Strategic, tier.Growth: worth.Growth}[s.Worth]
	switch {
	case points >= worth.CriticalFrom:
		return Critical
	case points >= worth.HighFrom:
		return High
	}
	return Normal
}
