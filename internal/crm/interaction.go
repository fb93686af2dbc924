package crm

import (
	"slices"
	"time"
)

// InteractionType is what a contact was about, where that has a form of its own.
type InteractionType string

const (
	Contact        InteractionType = "contact"
	Enquiry        InteractionType = "enquiry" // they asked for something: goods, a price, an opening time
	Complaint      InteractionType = "complaint"
	Feedback       InteractionType = "feedback"
	FocusGroup     InteractionType = "focus_group"
	MysteryShopper InteractionType = "mystery_shopper"
	VIPRound       InteractionType = "vip_round"
)

// Resolution is how a complaint was closed, as the customer sees it.
type Resolution string

const (
	Solved   Resolution = "solved"
	Unsolved Resolution = "unsolved" // closed, and the customer is no happier
)

// Interaction is a contact between the customer and us, or a trace of one. Its
// id holds its time: whoever has the id finds it.
type Interaction struct {
	ID           InteractionID   `json:"id"`
	Customer     CustomerID      `json:"customer"`
	At           time.Time       `json:"at"` // whole milliseconds
	Channel      Channel         `json:"channel"`
	Type         InteractionType `json:"type"`
	TwoWay       bool            `json:"two_way"` // both sides took part: it breaks the silence
	Content      string          `json:"content,omitempty"`
	Store        StoreID         `json:"store,omitempty"`
	Category     string          `json:"category,omitempty"`     // of a complaint or feedback
	Resolution   Resolution      `json:"resolution,omitempty"`   // of a complaint; empty: it is open
	Score        int             `json:"score,omitempty"`        // a mystery shopper's, 1–5
	Participants int             `json:"participants,omitempty"` // of a focus group or a VIP round
	Lead                         // what it taught about a coming purchase
	By           Subject         `json:"by,omitempty"`
	Version      Version         `json:"-"`
	Origin       Origin          `json:"-"`
}

// Traces are the channels of what machines tell, by the thousand.
func Traces() []Channel { return []Channel{ChannelPageView, ChannelLogin, ChannelCart, ChannelDevice} }

// Wrong names what does not fit the type, by its place: each type has its own
// fields, and needs them.
func (i Interaction) Wrong() (wrong []Field) {
	says := func(needed bool, said bool, path, needs string) {
		switch {
		case needed && !said:
			wrong = append(wrong, Field{path, "a " + string(i.Type) + " has " + needs})
		case !needed && said:
			wrong = append(wrong, Field{path, "a " + string(i.Type) + " has none"})
		}
	}
	says(i.Type == Complaint || i.Type == Feedback, i.Category != "", "category", "one")
	says(i.Type == MysteryShopper, i.Score != 0, "score", "one from 1 to 5")
	says(i.Type == FocusGroup || i.Type == VIPRound, i.Participants != 0, "participants", "at least 1")
	if i.Type == VIPRound && i.Participants > MaxVIPs {
		wrong = append(wrong, Field{"participants", "a vip_round has at most 10"})
	}
	if i.Type != Complaint && i.Resolution != "" {
		wrong = append(wrong, Field{"resolution", "only a complaint has one"})
	}
	if i.Type == MysteryShopper && i.Store == "" {
		wrong = append(wrong, Field{"store", "a mystery_shopper visits one"})
	}
	if i.Type != Contact && slices.Contains(Traces(), i.Channel) {
		wrong = append(wrong, Field{"channel", "a " + string(i.Type) + " is no trace of a machine"})
	}
	if i.Lead != (Lead{}) && slices.Contains(Traces(), i.Channel) {
		wrong = append(wrong, Field{"channel", "a trace of a machine knows no lead_stage, decision_stage or intent"})
	}
	return wrong
}

// MaxVIPs is how many take part in a VIP round at most.
const MaxVIPs = 10
