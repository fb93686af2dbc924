package webhook

import (
	"cmp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/webhook/intake"
)

// A shop may deliver late, by days; but nothing comes from the future. A day
// is allowed for wrong clocks and wrong offsets.
const maxAhead = 24 * time.Hour

const (
	maxIDBytes = 128
	maxLines   = 500 // Shopify's own limit; the fact must fit into one item
	maxTitle   = 100 // characters
)

// book turns what a platform stated into facts, with what the connection and
// the event know. It decides everything that can be decided without reading, so
// that a delivery which can't be used writes nothing.
type book struct {
	connection crm.Connection
	base       string // the deployment's currency
	zone       *time.Location
	at         time.Time // of the event
	origin     crm.Origin
}

func (b book) order(s OrderStated) (o crm.Order, by customer.Mention, err error) {
	o, by = s.Order, b.mention(s.By)
	if !validID(o.Key.ID) || by.Account.ID != "" && !validID(by.Account.ID) {
		return o, by, Refuse(intake.NoID, "order")
	}
	if o.State.Rank() == 0 {
		return o, by, Refuse(intake.Unreadable, "state")
	}
	if o.Store != "" && !validID(string(o.Store)) {
		return o, by, Refuse(intake.Unreadable, "store")
	}
	if err := b.date(o.PlacedAt, "placed at"); err != nil {
		return o, by, err
	}
	if err := b.date(s.UpdatedAt, "updated at"); err != nil {
		return o, by, err
	}
	if err := checkAmount(o.Total); err != nil {
		return o, by, err
	}
	if len(o.Lines) > maxLines {
		return o, by, Refuse(intake.TooManyLines, "%d", len(o.Lines))
	}
	for i, l := range o.Lines {
		l.Product, l.Title, l.Category = clip(l.Product, maxTitle), clip(l.Title, maxTitle), clip(l.Category, maxTitle)
		o.Lines[i] = l
	}
	o.PlacedAt = o.PlacedAt.UTC()
	// The version covers what the source stated, not what we add to it: a new
	// rate in the settings makes no new statement.
	if o.Version, err = versionOf(s.UpdatedAt, o.State.Rank(), []any{o, by.Account.ID}); err != nil {
		return o, by, err
	}
	rate, ok := b.connection.RateOn(o.Total.Currency, b.base, crm.DateIn(o.PlacedAt, b.zone))
	if !ok {
		return o, by, Refuse(intake.NoRate, "%s", o.Total.Currency)
	}
	o.Rate, o.Origin = rate, b.origin
	o.Key.Connection = b.connection.ID
	if o.Store == "" {
		o.Store = cmp.Or(b.connection.Locations[s.Location], b.connection.Store)
	}
	if o.Channel == "" {
		o.Channel = b.connection.Channel
	}
	by.Source, by.Store = o.Channel, o.Store
	return o, by, nil
}

// refund ranks a settled statement above a pending one of the same moment.
func (b book) refund(s RefundStated) (r crm.Refund, err error) {
	r = crm.Refund{At: s.At, Amount: s.Amount, Origin: b.origin,
		Key: crm.RefundKey{Order: crm.OrderKey{Connection: b.connection.ID, ID: s.Order}, ID: s.ID}}
	if !validID(s.Order) || !validID(s.ID) {
		return r, Refuse(intake.NoID, "refund")
	}
	if err := b.date(s.At, "refunded at"); err != nil {
		return r, err
	}
	if err := b.date(s.UpdatedAt, "updated at"); err != nil {
		return r, err
	}
	if err := checkAmount(s.Amount); err != nil {
		return r, err
	}
	rank := 1
	if s.Settled {
		rank = 2
	}
	r.Version, err = versionOf(s.UpdatedAt, rank, []any{s.At.UTC(), s.Amount})
	return r, err
}

func (b book) person(s PersonStated) (m customer.Mention, err error) {
	m = b.mention(s.Person)
	if !validID(m.Account.ID) {
		return m, Refuse(intake.NoID, "person")
	}
	if err := b.date(s.UpdatedAt, "updated at"); err != nil {
		return m, err
	}
	m.Source, m.Store = b.connection.Channel, b.connection.Store
	m.Version, err = versionOf(s.UpdatedAt, 1, s.Person)
	return m, err
}

func (b book) mention(m customer.Mention) customer.Mention {
	if m.Account.ID != "" {
		m.Account.Connection = b.connection.ID
	}
	if m.Region == "" {
		m.Region = b.connection.Region
	}
	return m
}

func (b book) date(t time.Time, which string) error {
	switch {
	case t.Year() < 1970:
		return Refuse(intake.BadDate, "%s", which)
	case t.After(b.at.Add(maxAhead)):
		return Refuse(intake.FutureDate, "%s", which)
	}
	return nil
}

func checkAmount(m crm.Money) error {
	switch {
	case !crm.ValidCurrency(m.Currency):
		return Refuse(intake.UnknownCurrency, "currency")
	case m.Minor < 0:
		return Refuse(intake.BadAmount, "below zero")
	}
	return nil
}

// validID tells whether a platform's id can be part of a key.
func validID(s string) bool {
	return s != "" && len(s) <= maxIDBytes && utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
}

func clip(s string, most int) string {
	s = strings.ToValidUTF8(s, "")
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most])
	}
	return s
}
