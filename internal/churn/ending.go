package churn

import (
	"time"

	"guanxi/internal/crm"
)

// Ending is how a warning ended, in codes and dates: what figures count.
type Ending struct {
	Since   crm.Date // of the warning
	On      crm.Date // local
	Outcome Outcome
	Loss    LossReason // empty: nobody has heard why
	Store   crm.StoreID
}

// Ending is that of a closed warning; the dates are those of zone.
func (w Warning) Ending(zone *time.Location) Ending {
	return Ending{w.Since, crm.DateIn(w.ClosedAt, zone), w.Outcome, w.Loss, w.Store}
}
