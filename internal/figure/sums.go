package figure

import (
	"maps"
	"slices"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/history"
)

// Sum is what was sold: orders that are neither cancelled nor fully refunded,
// and their amounts less refunds, in minor units of the base currency.
type Sum struct {
	Orders int64 `json:"orders"`
	Net    int64 `json:"net"`
}

func (s Sum) plus(t Sum) Sum { return Sum{s.Orders + t.Orders, history.Plus(s.Net, t.Net)} }

// Sums are what was sold by channel. They merge in any order.
type Sums map[crm.Channel]Sum

// SumOrders adds up the orders of one store that were placed on the date, each
// less its refunds, at the order's own date and rate.
func SumOrders(orders []crm.Order, refunds []crm.Refund, zone *time.Location, on crm.Date) Sums {
	all := Sums{}
	bought := history.Orders(history.Facts{Orders: orders, Refunds: refunds}, zone).Bought
	for _, b := range bought {
		if b.Date == on {
			all.add(b.Order.Channel, Sum{1, b.Net})
		}
	}
	return all
}

func (s Sums) add(c crm.Channel, n Sum) { s[c] = s[c].plus(n) }

// Merge adds other to s.
func (s Sums) Merge(other Sums) {
	for channel, n := range other {
		s.add(channel, n)
	}
}

// Sales is how sums are shown.
type Sales struct {
	Orders      int64         `json:"orders" doc:"Neither cancelled nor fully refunded: the cases." example:"120"`
	Net         int64         `json:"net" doc:"Less refunds, minor units of the base currency." example:"9870000"`
	Online      Sum           `json:"online" doc:"What of it came over the net."`
	Offline     Sum           `json:"offline" doc:"What came by till, visit or telephone."`
	OnlineShare Rate          `json:"online_share" doc:"The share of the orders that came over the net."`
	Channels    []ChannelSale `json:"channels" nullable:"false" doc:"By channel, in alphabetical order."`
}

// ChannelSale is what was sold on one channel.
type ChannelSale struct {
	Channel crm.Channel `json:"channel" example:"pos"`
	Sum
}

// Sales shows the sums; of one channel only, where it is named.
func (s Sums) Sales(only crm.Channel) Sales {
	out := Sales{Channels: []ChannelSale{}}
	for _, channel := range slices.Sorted(maps.Keys(s)) {
		n := s[channel]
		if only != "" && channel != only {
			continue
		}
		out.Channels = append(out.Channels, ChannelSale{channel, n})
		out.Orders, out.Net = out.Orders+n.Orders, history.Plus(out.Net, n.Net)
		if channel.Online() {
			out.Online = out.Online.plus(n)
		} else {
			out.Offline = out.Offline.plus(n)
		}
	}
	out.OnlineShare = NewRate(out.Online.Orders, out.Orders)
	return out
}
