package standing

import "time"

// Draft is a policy that is not in force: it is looked at, tried on the base,
// amended, and in the end activated or discarded. Its policy has no version yet.
type Draft struct {
	ID        string    `json:"id"`
	BasedOn   int       `json:"based_on"` // the version that was in force when it was written last
	AmendedAt time.Time `json:"amended_at,omitzero"`
	Policy    Policy    `json:"policy"`
}
