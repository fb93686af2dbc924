package survey

import (
	"slices"

	"guanxi/internal/crm"
)

// Trigger invites buyers by itself.
type Trigger struct {
	After    string        `json:"after" enum:"order" example:"order"`
	Delay    Days          `json:"delay" pattern:"^P[0-9]{1,3}D$" doc:"Days from the order's date, 1 to 60." example:"P3D"`
	Stores   []crm.StoreID `json:"stores,omitempty" nullable:"false" maxItems:"500" doc:"Of orders in these stores; absent: in all." example:"[\"sh-001\"]"`
	Channels []crm.Channel `json:"channels,omitempty" nullable:"false" maxItems:"2" doc:"Of orders through these channels, online or pos; absent: through all." example:"[\"pos\"]"`
	By       crm.Channel   `json:"by" enum:"online,phone,email,social,chat" doc:"By which the invitation is to go out." example:"email"`
}

// afterOrder is the one thing that a trigger knows to come after.
const afterOrder = "order"

// late is by how many days an order may come to us after its date and still
// be asked about: shops deliver for up to 72 hours.
const late = 3

func (t Trigger) validate(path string, refuse func(path, format string, args ...any)) {
	if t.After != afterOrder {
		refuse(path+".after", "must be order")
	}
	if t.Delay < 1 || t.Delay > 60 {
		refuse(path+".delay", "must be P1D to P60D")
	}
	for _, c := range t.Channels {
		if c != crm.ChannelOnline && c != crm.ChannelPOS {
			refuse(path+".channels", "must be online or pos")
		}
	}
}

// In tells whether orders in the store set it off.
func (t Trigger) In(store crm.StoreID) bool {
	return len(t.Stores) == 0 || slices.Contains(t.Stores, store)
}

// Dates are those whose orders are asked about today: the one that the delay
// names, and a few before, for what was delivered late. Who was asked already is
// in quarantine, which is longer.
func (t Trigger) Dates(today crm.Date) (dates []crm.Date) {
	for d := range crm.Date(late + 1) {
		dates = append(dates, today-crm.Date(t.Delay)-d)
	}
	return dates
}

// Wants tells whether the order's buyer is to be asked.
func (t Trigger) Wants(o crm.Order) bool {
	return o.Customer != "" && o.State.Counts() && t.In(o.Store) && (len(t.Channels) == 0 || slices.Contains(t.Channels, o.Channel))
}
