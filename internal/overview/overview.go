// Package overview decides what one look at a customer shows beside the
// profile and the decision: what somebody still has to see to, and the newest
// of what happened.
package overview

import (
	"cmp"
	"slices"
	"time"
	"unicode/utf8"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/history"
	"guanxi/internal/standing"
	"guanxi/internal/task"
)

// Overview is everything about a customer, as it lies in the store.
type Overview struct {
	Profile  customer.Profile
	Decision standing.Record
	Warnings []churn.Warning // those that are open
	Tasks    []task.Task     // likewise
	Facts    history.Facts   // the newest, opened
}

// MostEvents is how many of the facts are shown.
const MostEvents = 10

// Event is a fact in a line or two: an order, a contact, an answer.
type Event struct {
	Kind     Kind        `json:"kind" enum:"order,interaction,answer"`
	ID       string      `json:"id" doc:"Of the order, the interaction, or the invitation that was answered." example:"mall~1001"`
	At       time.Time   `json:"at"`
	Channel  crm.Channel `json:"channel,omitempty" example:"pos"`
	Store    crm.StoreID `json:"store,omitempty" example:"sh-001"`
	By       crm.Subject `json:"by,omitempty" doc:"Of an interaction: who talked to the customer."`
	State    string      `json:"state,omitempty" enum:",open,paid,fulfilled,cancelled" doc:"Of an order."`
	Total    *crm.Money  `json:"total,omitempty" doc:"Of an order, in its own currency."`
	Refunded *crm.Money  `json:"refunded,omitempty" doc:"What of it was given back; absent: nothing."`
	Items    []string    `json:"items,omitempty" nullable:"false" doc:"Of an order: its first three lines."`
	TwoWay   bool        `json:"two_way,omitempty" doc:"Of an interaction: both sides took part."`
	Type     string      `json:"type,omitempty" enum:",contact,enquiry,complaint,feedback,focus_group,mystery_shopper,vip_round" doc:"Of an interaction." example:"contact"`
	Metric   crm.Metric  `json:"metric,omitempty" enum:",nps,csat,ces" doc:"Of an answer."`
	Score    *int        `json:"score,omitempty" minimum:"0" maximum:"10" doc:"Of an answer: 0–10, 1–5 or 1–7, by its metric."`
	Text     string      `json:"text,omitempty" doc:"What was said, its first 140 characters; for roles that see contact data."`
}

// Kind is what an event tells of.
type Kind string

const (
	Order       Kind = "order"
	Interaction Kind = "interaction"
	Answer      Kind = "answer"
)

// Events are the newest facts, the newest first, without the traces that
// machines tell by the thousand. What people said stays out unless it may be
// seen.
func Events(f history.Facts, saysToo bool) []Event {
	refunded := map[crm.OrderKey]crm.Money{}
	for _, r := range f.Refunds {
		back := refunded[r.Key.Order]
		refunded[r.Key.Order] = crm.Money{Minor: history.Plus(back.Minor, max(0, r.Amount.Minor)), Currency: r.Amount.Currency}
	}
	events := make([]Event, 0, len(f.Orders)+len(f.Interactions)+len(f.Answers))
	for _, o := range f.Orders {
		if o.State == crm.OrderDeleted {
			continue
		}
		e := Event{Kind: Order, ID: string(o.Key.Connection) + "~" + o.Key.ID, At: o.PlacedAt, Channel: o.Channel, Store: o.Store, State: string(o.State), Total: &o.Total}
		if back := refunded[o.Key]; back.Minor > 0 && back.Currency == o.Total.Currency {
			e.Refunded = &back
		}
		for _, l := range o.Lines[:min(len(o.Lines), 3)] {
			e.Items = append(e.Items, short(cmp.Or(l.Title, l.Product), 60))
		}
		events = append(events, e)
	}
	traces := crm.Traces()
	for _, i := range f.Interactions {
		if slices.Contains(traces, i.Channel) {
			continue
		}
		events = append(events, Event{Kind: Interaction, ID: string(i.ID), At: i.At, Channel: i.Channel, Store: i.Store, By: i.By, TwoWay: i.TwoWay, Type: string(i.Type), Text: i.Content})
	}
	for _, a := range f.Answers {
		e := Event{Kind: Answer, ID: string(a.Invitation), At: a.At, Channel: a.Channel, Store: a.Store, Metric: a.Metric, Score: &a.Score}
		for _, r := range a.Replies {
			e.Text = cmp.Or(e.Text, r.Text)
		}
		events = append(events, e)
	}
	slices.SortFunc(events, func(a, b Event) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	events = events[:min(len(events), MostEvents)]
	for i := range events {
		events[i].Text = short(events[i].Text, 140)
		if !saysToo {
			events[i].Text = ""
		}
	}
	return events
}

// short is the beginning of a text, at most so many characters.
func short(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}
