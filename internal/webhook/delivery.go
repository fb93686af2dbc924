package webhook

import (
	"encoding/json"
	"fmt"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/webhook/intake"
)

// Delivery is what one webhook says, in our words. Most say one thing; an
// order brings its refunds along.
type Delivery struct {
	ID    string // the platform's name of this delivery; for people only, it is not always signed
	Topic string

	Orders   []OrderStated
	Deleted  []string // ids of orders that were deleted at the source
	Refunds  []RefundStated
	People   []PersonStated
	Ignored  string        // why a well-formed delivery says nothing to us
	Reviewed intake.Reason // a well-formed delivery that a person has to act on
}

// OrderStated is one order as the platform states it at a moment. The receiver
// adds what the connection knows: rate, store, channel, version.
type OrderStated struct {
	Order     crm.Order // Key.ID, PlacedAt, State, Channel, Total, Lines
	UpdatedAt time.Time
	By        customer.Mention
	Location  string         // the platform's name of where it was sold, which the connection translates
	Refunds   []RefundStated // those that came in the same payload
}

// RefundStated is one refund as the platform states it at a moment.
type RefundStated struct {
	Order, ID string
	At        time.Time
	UpdatedAt time.Time
	Settled   bool // its outcome is known: outranks the same moment's pending statement
	Amount    crm.Money
}

// PersonStated is what the platform says about its customer at a moment.
type PersonStated struct {
	Person    customer.Mention
	UpdatedAt time.Time
}

// Refusal says why the content of a verified delivery can't be used. It is
// final: the same delivery will be refused again.
type Refusal struct {
	Reason intake.Reason
	Detail string // which field; no content
}

func (r *Refusal) Error() string { return fmt.Sprintf("%s: %s", r.Reason, r.Detail) }

// Refuse makes a Refusal.
func Refuse(reason intake.Reason, format string, args ...any) *Refusal {
	return &Refusal{reason, fmt.Sprintf(format, args...)}
}

// versionOf orders statements about one thing. Two that say the same at the
// same moment have the same version, whatever else differed in their payloads,
// so the second of them costs nothing and wakes nobody.
func versionOf(at time.Time, rank int, statement any) (crm.Version, error) {
	said, err := json.Marshal(statement)
	if err != nil {
		return "", &crm.Error{Op: "webhook.versionOf", Err: err}
	}
	return crm.NewVersion(at, rank, said), nil
}
