// Package interactions is the API of contacts with a customer: calls, visits,
// chats, complaints, what a focus group or a mystery shopper said, and the
// traces of a device or a page view, which come in batches.
package interactions

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/crm"
)

// Interactions keeps contacts. A change names what the contact said before, and
// is a Conflict where it says something else by then. Lists are newest first.
type Interactions interface {
	RecordInteraction(ctx context.Context, i crm.Interaction) error
	PutInteractions(ctx context.Context, all []crm.Interaction) (isNew []bool, errs []error)
	AmendInteraction(ctx context.Context, before, next crm.Interaction) error
	WithdrawInteraction(ctx context.Context, before crm.Interaction, version crm.Version, by crm.Origin) error
	Interaction(ctx context.Context, id crm.CustomerID, i crm.InteractionID) (crm.Interaction, error)
	Interactions(ctx context.Context, id crm.CustomerID, from, to crm.Date, match func(crm.Interaction) bool, limit int, after string) (page []crm.Interaction, next string, err error)
	EarlierInteractions(ctx context.Context, id crm.CustomerID, i crm.InteractionID, limit int, after string) (page []crm.Interaction, next string, err error)
}

// People says who may see customers; of several, who is not there is not in the answer.
type People interface {
	api.People
	ReachAll(ctx context.Context, ids []crm.CustomerID) (map[crm.CustomerID]crm.Reach, error)
}

type leaf struct {
	api    *api.API
	people People
	keep   Interactions
}

// Register adds the operations.
func Register(a *api.API, people People, keep Interactions) {
	l := leaf{a, people, keep}
	const all, one = "/v1/customers/{id}/interactions", "/v1/customers/{id}/interactions/{interaction}"
	record := operation("record-interaction", http.MethodPost, all, "Record a contact")
	record.DefaultStatus = http.StatusCreated
	record.Description = "A two-way contact breaks the customer's silence: status and churn risk look at it."
	api.Register(a, record, l.record)
	list := operation("list-interactions", http.MethodGet, all, "A customer's contacts, the newest first")
	list.Description = "A page may hold fewer contacts than its limit, and yet have a next one."
	api.Register(a, list, l.list)
	api.Register(a, operation("read-interaction", http.MethodGet, one, "Read a contact"), l.read)
	amend := operation("update-interaction", http.MethodPatch, one, "Amend a contact (merge patch, RFC 7396)", http.StatusConflict)
	amend.Description = "By who recorded it, or an admin. What it said before is kept. Its time stays: withdraw it and record another."
	api.Register(a, amend, l.amend)
	withdraw := operation("delete-interaction", http.MethodDelete, one, "Withdraw a contact", http.StatusConflict)
	withdraw.DefaultStatus = http.StatusNoContent
	withdraw.Description = "By who recorded it, or an admin. It counts no more; what it said is kept among its earlier versions."
	api.Register(a, withdraw, l.withdraw)
	api.Register(a, operation("list-interaction-versions", http.MethodGet, one+"/versions", "What a contact said before each of its changes, the newest first"), l.versions)
	batch := operation("record-interactions", http.MethodPost, "/v1/interactions/batch", "Record what machines tell: page views, logins, carts, devices", http.StatusUnprocessableEntity)
	batch.Description = "Up to 100 items, each judged on its own. An item is known by its id and time, which make it repeatable: " +
		"told again, in the same batch or later, it is 200 and changes nothing."
	batch.SkipValidateBody = true
	api.Register(a, batch, l.batch)
}

func operation(id, method, path, summary string, responses ...int) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"interactions"}, Errors: responses}
}

// Path names a contact. Exported, because huma fills no unexported struct that is embedded.
type Path struct {
	api.CustomerPath
	Interaction crm.InteractionID `path:"interaction" maxLength:"64" example:"int_0190163d8694739b9c5f1e2d3a4b5c6d"`
}

// Interaction is a contact as callers see it.
type Interaction struct {
	ID string    `json:"id" readOnly:"true" example:"int_0190163d8694739b9c5f1e2d3a4b5c6d"`
	At time.Time `json:"at" example:"2026-11-20T15:04:05.000Z"`
	Fields
	By       crm.Subject `json:"by,omitempty" readOnly:"true" doc:"Who recorded it." example:"u-li"`
	Recorded time.Time   `json:"recorded_at" readOnly:"true" doc:"When it was said so." example:"2026-11-20T15:06:00Z"`
}

// Fields are what a contact says and an amendment may change. Exported: the schema knows no unexported struct that is embedded.
type Fields struct {
	Channel      crm.Channel         `json:"channel" enum:"phone,email,social,chat,visit,page_view,login,cart,device" example:"phone"`
	Type         crm.InteractionType `json:"type,omitempty" enum:"contact,enquiry,complaint,feedback,focus_group,mystery_shopper,vip_round" default:"contact" example:"contact"`
	TwoWay       bool                `json:"two_way,omitempty" doc:"Both sides took part." example:"true"`
	Content      string              `json:"content,omitempty" maxLength:"4000" doc:"Kept sealed." example:"Asked for the spring catalogue"`
	Store        crm.StoreID         `json:"store,omitempty" maxLength:"128" doc:"Where it was; of a mystery_shopper always." example:"sh-001"`
	Category     string              `json:"category,omitempty" enum:"service,product,price,competitor,communication,other" doc:"Of a complaint or feedback, always."`
	Resolution   crm.Resolution      `json:"resolution,omitempty" enum:"solved,unsolved" doc:"How a complaint was closed, as the customer sees it; absent: it is open."`
	Score        int                 `json:"score,omitempty" minimum:"1" maximum:"5" doc:"Of a mystery_shopper, always."`
	Participants int                 `json:"participants,omitempty" minimum:"1" maximum:"100" doc:"How many took part in a focus_group or, at most 10, in a vip_round."`
	LeadStage    crm.LeadStage       `json:"lead_stage,omitempty" enum:"new,contacted,nurturing,qualified,disqualified" doc:"How far the sale to them has come; the latest word counts, here and below." example:"qualified"`
	Decision     crm.DecisionStage   `json:"decision_stage,omitempty" enum:"need,search,evaluation,purchase,after_purchase" doc:"How far their own decision to buy has come." example:"evaluation"`
	Intent       crm.Intent          `json:"intent,omitempty" enum:"low,medium,high" doc:"How strongly they mean to buy." example:"high"`
}

func (f Fields) of(i crm.Interaction) crm.Interaction {
	i.Channel, i.Type, i.TwoWay, i.Content, i.Store = f.Channel, f.Type, f.TwoWay, f.Content, f.Store
	i.Category, i.Resolution, i.Score, i.Participants = f.Category, f.Resolution, f.Score, f.Participants
	i.Lead = crm.Lead{Stage: f.LeadStage, Decision: f.Decision, Intent: f.Intent}
	if i.Type == "" {
		i.Type = crm.Contact
	}
	return i
}

func fieldsOf(i crm.Interaction) Fields {
	return Fields{Channel: i.Channel, Type: i.Type, TwoWay: i.TwoWay, Content: i.Content, Store: i.Store, Category: i.Category, Resolution: i.Resolution, Score: i.Score, Participants: i.Participants,
		LeadStage: i.Lead.Stage, Decision: i.Lead.Decision, Intent: i.Lead.Intent}
}

func shown(i crm.Interaction) Interaction {
	return Interaction{ID: string(i.ID), At: i.At, Fields: fieldsOf(i), By: i.By, Recorded: i.Origin.RecordedAt}
}

// check names what breaks a rule that the schema can't say, at its place.
func check(ctx context.Context, op string, i crm.Interaction) error {
	wrong := i.Wrong()
	if caller := api.CallerOf(ctx); i.Store != "" && caller.Scope != api.All && !caller.Sees([]crm.StoreID{i.Store}, "") {
		wrong = append(wrong, crm.Field{Path: "store", Message: "must be one of your stores"})
	}
	switch {
	case i.At.After(crm.AsOf(ctx)):
		wrong = append(wrong, crm.Field{Path: "at", Message: "must not be in the future"})
	case i.At.Year() < 1970:
		wrong = append(wrong, crm.Field{Path: "at", Message: "must not be before 1970"})
	}
	if len(wrong) == 0 {
		return nil
	}
	return &crm.Error{Op: op, Kind: crm.Invalid, Detail: "the contact breaks a rule", Fields: wrong}
}

func origin(e crm.Event) crm.Origin {
	return crm.Origin{Source: "api/" + string(e.Subject), Trace: e.Trace, RecordedAt: e.At}
}
