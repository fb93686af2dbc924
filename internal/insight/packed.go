package insight

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"slices"

	"guanxi/internal/crm"
)

// Packed is an Insight as it is stored: varints and short strings, as base64.
// Three bytes or four for a purchase keep the decision of a customer with fifty
// of them below 1 KB, which is one write unit. Empty: none was kept yet.
type Packed string

// layout is the first byte of what is packed; what was stored is read for ever.
// Layout 1 ended with the hours.
const layout = 2

// Pack writes an insight.
func Pack(i Insight) Packed {
	stores := []crm.StoreID{i.FirstStore}
	for _, p := range i.Recent {
		stores = append(stores, p.Store)
	}
	slices.Sort(stores)
	stores = slices.Compact(stores)
	at := func(s crm.StoreID) uint64 { n, _ := slices.BinarySearch(stores, s); return uint64(n) }

	w := append(make(writer, 0, 64+4*len(i.Recent)), layout)
	w.number(uint64(len(stores)))
	for _, s := range stores {
		w.text(string(s))
	}
	w.date(i.First)
	w.number(uint64(i.FirstNet))
	w.date(i.Second)
	w.date(i.Before)
	w.number(at(i.FirstStore)<<1 | bit(i.FirstOnline))
	w.number(uint64(i.CycleDays))
	w.number(uint64(i.Cycles))
	w.number(uint64(len(i.Recent)))
	before := i.First
	for _, p := range i.Recent {
		w.number(uint64(p.Date-before)<<1 | bit(p.Online))
		if before = p.Date; len(stores) > 1 {
			w.number(at(p.Store))
		}
		w.number(uint64(p.Net))
	}
	w.number(uint64(len(i.Categories)))
	for _, c := range i.Categories {
		w.text(c.Name)
		w.number(uint64(c.Net))
	}
	for _, all := range [][]Use{i.Orders, i.Contacts} {
		w.number(uint64(len(all)))
		for _, u := range all {
			w.text(string(u.Channel))
			w.number(uint64(u.Times))
		}
	}
	w.number(uint64(len(i.Hours)))
	for _, h := range i.Hours {
		w.number(uint64(h.Hour))
		w.number(uint64(h.Times))
	}
	w.date(i.Asked)
	w.number(uint64(i.NPS))
	for _, said := range []string{string(i.Lead.Stage), string(i.Lead.Decision), string(i.Lead.Intent)} {
		w.text(said)
	}
	return Packed(base64.RawStdEncoding.EncodeToString(w))
}

// Unpack reads an insight; an empty one where none was kept.
func (p Packed) Unpack() (i Insight, err error) {
	if p == "" {
		return i, nil
	}
	b, err := base64.RawStdEncoding.DecodeString(string(p))
	if err != nil || len(b) == 0 || b[0] == 0 || b[0] > layout {
		return i, errUnreadable
	}
	r := &reader{rest: b[1:]}
	stores := make([]crm.StoreID, r.count())
	for k := range stores {
		stores[k] = crm.StoreID(r.text())
	}
	at := func(n uint64) (s crm.StoreID) {
		if n >= uint64(len(stores)) {
			r.broken = true
			return ""
		}
		return stores[n]
	}
	i.First, i.FirstNet = r.date(), int64(r.number())
	i.Second, i.Before = r.date(), r.date()
	first := r.number()
	i.FirstStore, i.FirstOnline = at(first>>1), first&1 == 1
	i.CycleDays, i.Cycles = int(r.number()), int(r.number())
	i.Recent = make([]Purchase, r.count())
	before := i.First
	for k := range i.Recent {
		when, store := r.number(), uint64(0)
		if len(stores) > 1 {
			store = r.number()
		}
		before += crm.Date(when >> 1)
		i.Recent[k] = Purchase{Date: before, Store: at(store), Online: when&1 == 1, Net: int64(r.number())}
	}
	i.Categories = make([]Category, r.count())
	for k := range i.Categories {
		i.Categories[k] = Category{r.text(), int64(r.number())}
	}
	for _, all := range []*[]Use{&i.Orders, &i.Contacts} {
		*all = make([]Use, r.count())
		for k := range *all {
			(*all)[k] = Use{crm.Channel(r.text()), int(r.number())}
		}
	}
	i.Hours = make([]Hour, r.count())
	for k := range i.Hours {
		i.Hours[k] = Hour{int(r.number()), int(r.number())}
	}
	if b[0] > 1 {
		i.Asked, i.NPS = r.date(), int(r.number())
		i.Lead = crm.Lead{Stage: crm.LeadStage(r.text()), Decision: crm.DecisionStage(r.text()), Intent: crm.Intent(r.text())}
	}
	if r.broken || len(r.rest) > 0 {
		return Insight{}, errUnreadable
	}
	return i, nil
}

var errUnreadable = errors.New("insight: not packed by this program")

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

type writer []byte

func (w *writer) number(n uint64) { *w = binary.AppendUvarint(*w, n) }
func (w *writer) date(d crm.Date) { *w = binary.AppendVarint(*w, int64(d)) }
func (w *writer) text(s string)   { w.number(uint64(len(s))); *w = append(*w, s...) }

// reader remembers that something could not be read; from then on all is zero.
type reader struct {
	rest   []byte
	broken bool
}

func (r *reader) number() uint64 {
	n, size := binary.Uvarint(r.rest)
	return advance(r, n, size)
}

func (r *reader) date() crm.Date {
	n, size := binary.Varint(r.rest)
	return crm.Date(advance(r, n, size))
}

func advance[N uint64 | int64](r *reader, n N, size int) N {
	if size <= 0 {
		r.broken, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

// count is how many follow: each takes a byte at least.
func (r *reader) count() int {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.broken, r.rest = true, nil
		return 0
	}
	return int(n)
}

func (r *reader) text() string {
	n := r.count()
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}
