package surveys

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/qr"
	"guanxi/internal/survey"
)

// Asker invites customers, as many as it may, in one write. It tells what comes
// of each before the write; what it told last holds.
type Asker interface {
	Ask(ctx context.Context, s survey.Survey, how []survey.Asking, tell func([]survey.Outcome) error) error
}

// Invitations keeps invitations; Token is the secret part of a link to one.
type Invitations interface {
	Invitation(ctx context.Context, of crm.SurveyID, id crm.InvitationID) (crm.Versioned[survey.Invitation], error)
	Invitations(ctx context.Context, of crm.SurveyID, limit int, after string) (page []crm.Versioned[survey.Invitation], next string, err error)
	Amend(ctx context.Context, next survey.Invitation, rev int64) error
	Token(ctx context.Context, of crm.SurveyID, id crm.InvitationID) (string, error)
}

func (l leaf) registerInvitations(a *api.API) {
	const all, one = "/v1/surveys/{id}/invitations", "/v1/surveys/{id}/invitations/{invitation}"
	invite := operation("invite", http.MethodPost, all, "Invite customers to a survey", http.StatusNotFound, http.StatusConflict)
	invite.Description = "Each customer has a result of their own. Whoever has an open invitation to this survey keeps it; whoever was invited to another one within the quarantine is not invited. Nothing is sent: the link is for whoever sends it."
	api.Register(a, invite, l.invite)
	api.Register(a, operation("list-invitations", http.MethodGet, all, "A survey's invitations, the oldest first"), l.listInvitations)
	api.Register(a, operation("read-invitation", http.MethodGet, one, "One invitation"), l.readInvitation)
	sent := operation("update-invitation", http.MethodPatch, one, "Say that what was due has been sent", http.StatusConflict)
	api.Register(a, sent, l.sent)
	picture := operation("read-invitation-qr", http.MethodGet, one+"/qr", "The link as a QR code")
	picture.Responses = map[string]*huma.Response{"200": {Description: "A PNG", Content: map[string]*huma.MediaType{"image/png": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}
	api.Register(a, picture, l.picture)
}

// Invitation is one as staff see it.
type Invitation struct {
	ID         crm.InvitationID `json:"id" example:"inv_0190163d8694739b9c5f1e2d3a4b5c6d"`
	Survey     crm.SurveyID     `json:"survey" example:"sur_0190163d8694739b9c5f1e2d3a4b5c6d"`
	Version    int              `json:"survey_version" doc:"The version of the survey that is asked."`
	Customer   crm.CustomerID   `json:"customer" example:"cus_0190163d8694739b9c5f1e2d3a4b5c6d"`
	Channel    crm.Channel      `json:"channel" example:"email"`
	Store      crm.StoreID      `json:"store,omitempty" doc:"About which it asks." example:"sh-001"`
	State      survey.State     `json:"state" enum:"due,sent,reminder_due,reminded,expired" doc:"due and reminder_due wait for somebody who sends them." example:"due"`
	Link       string           `json:"link" doc:"Whoever has it can answer for the customer." example:"https://api.example.com/v1/responses/AZAWPYaUc5ucXx4tOktcbQGQFj2GlHObnF8eLTpLXG0pTGg3WnJqUVNqT0d6Vk5JZw"`
	InvitedBy  crm.Subject      `json:"invited_by,omitempty" doc:"Empty: the survey's trigger."`
	InvitedAt  time.Time        `json:"invited_at"`
	ExpiresAt  time.Time        `json:"expires_at"`
	SentAt     time.Time        `json:"sent_at,omitzero"`
	SentBy     crm.Subject      `json:"sent_by,omitempty"`
	RemindAt   time.Time        `json:"remind_at,omitzero" doc:"When the reminder falls due, if there is no answer."`
	RemindedAt time.Time        `json:"reminded_at,omitzero"`
	RemindedBy crm.Subject      `json:"reminded_by,omitempty"`
}

func (l leaf) shown(ctx context.Context, i survey.Invitation, at api.Reached) (Invitation, error) {
	token, err := l.invitations.Token(ctx, i.Survey, i.ID)
	return Invitation{ID: i.ID, Survey: i.Survey, Version: i.Edition, Customer: i.Customer, Channel: i.Channel, Store: i.Store,
		State: i.State(crm.AsOf(ctx)), Link: at.Link("/v1/responses/" + token), InvitedBy: i.By, InvitedAt: i.At, ExpiresAt: i.ExpiresAt,
		SentAt: i.SentAt, SentBy: i.SentBy, RemindAt: i.RemindAt, RemindedAt: i.RemindedAt, RemindedBy: i.RemindedBy}, err
}

// Invitees are whom to ask, and how.
type Invitees struct {
	Customers []crm.CustomerID `json:"customers" nullable:"false" minItems:"1" maxItems:"48" doc:"As many as one write takes." example:"[\"cus_0190163d8694739b9c5f1e2d3a4b5c6d\"]"`
	Channel   crm.Channel      `json:"channel" enum:"online,pos,phone,email,social,chat,visit" doc:"By which the link will reach them." example:"email"`
	Store     crm.StoreID      `json:"store,omitempty" maxLength:"63" doc:"About which they are asked; absent: each one's home store." example:"sh-001"`
	ExpiresIn survey.Days      `json:"expires_in,omitempty" pattern:"^P[0-9]{1,3}D$" doc:"P1D to P90D; absent: the survey's validity." example:"P7D"`
}

// Invited is what became of one customer of the list.
type Invited struct {
	Index      int            `json:"index" doc:"The place in the list, from 0."`
	Customer   crm.CustomerID `json:"customer" example:"cus_0190163d8694739b9c5f1e2d3a4b5c6d"`
	Status     int            `json:"status" doc:"200 invited; 404 no such customer; 409 invited lately." example:"200"`
	Detail     string         `json:"detail,omitempty" doc:"Why not."`
	Invitation *Invitation    `json:"invitation,omitempty"`
}

type invitedList struct {
	Body struct {
		Items []Invited `json:"items" nullable:"false" doc:"In the order of the request."`
	}
}

func (l leaf) invite(ctx context.Context, in *struct {
	SurveyPath
	api.Reached
	Body Invitees
}) (*invitedList, error) {
	const op = "surveys.invite"
	s, err := l.surveys.ReadSurvey(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if s.Closed {
		return nil, crm.Fail(op, crm.Conflict, "the survey is closed")
	}
	if in.Body.ExpiresIn > 90 {
		return nil, crm.Wrong(op, "expires_in", "must be P1D to P90D")
	}
	if err := l.about(ctx, in.Body.Store); err != nil {
		return nil, err
	}
	out := &invitedList{}
	out.Body.Items = make([]Invited, len(in.Body.Customers))
	var seen []survey.Asking
	var places []int
	for i, id := range in.Body.Customers {
		out.Body.Items[i] = Invited{Index: i, Customer: id, Status: http.StatusNotFound, Detail: "there is no such customer"}
		if err := api.See(ctx, l.people, id); crm.KindOf(err) == crm.NotFound {
			continue
		} else if err != nil {
			return nil, err
		}
		seen = append(seen, survey.Asking{Customer: id, Channel: in.Body.Channel, Store: in.Body.Store, By: api.CallerOf(ctx).Subject, ExpiresIn: in.Body.ExpiresIn})
		places = append(places, i)
	}
	if len(seen) == 0 {
		return out, nil
	}
	err = l.asker.Ask(ctx, s, seen, func(outcomes []survey.Outcome) error {
		for n, o := range outcomes {
			item := &out.Body.Items[places[n]]
			*item = Invited{Index: item.Index, Customer: item.Customer, Status: http.StatusOK}
			if e, refused := errors.AsType[*crm.Error](o.Err); refused {
				item.Status, item.Detail = http.StatusConflict, e.Detail
				if e.Kind == crm.NotFound {
					item.Status = http.StatusNotFound
				}
				continue
			}
			i, err := l.shown(ctx, o.Invitation, in.Reached)
			if err != nil {
				return err
			}
			item.Invitation = &i
		}
		api.Promise(ctx, out)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// about is an error unless the caller may ask about the store.
func (l leaf) about(ctx context.Context, store crm.StoreID) error {
	if store == "" {
		return nil
	}
	stores, err := api.ScopeOf(ctx, l.surveys, store)
	if err == nil && len(stores) == 0 {
		err = crm.Wrong("surveys.invite", "store", "there is no such store")
	}
	return err
}

func (l leaf) listInvitations(ctx context.Context, in *struct {
	SurveyPath
	api.Page
	api.Reached
}) (*api.Listed[Invitation], error) {
	if _, err := l.surveys.ReadSurvey(ctx, in.ID); err != nil {
		return nil, err
	}
	return api.List(ctx, l.api, in.Page,
		func(limit int, after string) ([]crm.Versioned[survey.Invitation], string, error) {
			return l.invitations.Invitations(ctx, in.ID, limit, after)
		},
		func(v crm.Versioned[survey.Invitation]) (Invitation, error) { return l.shown(ctx, v.Value, in.Reached) })
}

// InvitationPath is the path of one invitation.
type InvitationPath struct {
	SurveyPath
	Invitation crm.InvitationID `path:"invitation" pattern:"^inv_[0-9a-f]{32}$" example:"inv_0190163d8694739b9c5f1e2d3a4b5c6d"`
}

// one reads an invitation whose customer is in the caller's scope; the others
// are not there.
func (l leaf) one(ctx context.Context, at InvitationPath) (crm.Versioned[survey.Invitation], error) {
	v, err := l.invitations.Invitation(ctx, at.ID, at.Invitation)
	if err != nil {
		return v, err
	}
	if err := api.See(ctx, l.people, v.Value.Customer); err != nil {
		if crm.KindOf(err) == crm.NotFound {
			err = crm.Fail("surveys.invitation", crm.NotFound, "there is no such invitation")
		}
		return v, err
	}
	return v, nil
}

type invitationFound struct {
	ETag string `header:"ETag"`
	Body Invitation
}

func (l leaf) readInvitation(ctx context.Context, in *struct {
	InvitationPath
	api.Reached
}) (*invitationFound, error) {
	v, err := l.one(ctx, in.InvitationPath)
	if err != nil {
		return nil, err
	}
	i, err := l.shown(ctx, v.Value, in.Reached)
	return &invitationFound{ETag: api.ETag(invitationRevision(v.Rev)), Body: i}, err
}

func invitationRevision(n int64) string { return "i" + strconv.FormatInt(n, 10) }

func (l leaf) sent(ctx context.Context, in *struct {
	InvitationPath
	api.IfMatch
	api.Reached
	Body struct {
		State survey.State `json:"state" enum:"sent,reminded" doc:"sent after due, reminded after reminder_due." example:"sent"`
	} `contentType:"application/merge-patch+json"`
}) (*invitationFound, error) {
	v, err := l.one(ctx, in.InvitationPath)
	if err != nil {
		return nil, err
	}
	if err := in.Expect(invitationRevision(v.Rev)); err != nil {
		return nil, err
	}
	now := crm.AsOf(ctx)
	next, due := v.Value.Sending(api.CallerOf(ctx).Subject, now)
	if !due || next.State(now) != in.Body.State {
		return nil, crm.Fail("surveys.sent", crm.Conflict, "the invitation is %s", v.Value.State(now))
	}
	if err := l.invitations.Amend(ctx, next, v.Rev); err != nil {
		return nil, err
	}
	i, err := l.shown(ctx, next, in.Reached)
	return &invitationFound{ETag: api.ETag(invitationRevision(v.Rev + 1)), Body: i}, err
}

type pictureFound struct {
	ContentType string `header:"Content-Type"`
	Cache       string `header:"Cache-Control"`
	Body        []byte
}

func (l leaf) picture(ctx context.Context, in *struct {
	InvitationPath
	api.Reached
}) (*pictureFound, error) {
	v, err := l.one(ctx, in.InvitationPath)
	if err != nil {
		return nil, err
	}
	i, err := l.shown(ctx, v.Value, in.Reached)
	if err != nil {
		return nil, err
	}
	png, err := qr.PNG(i.Link)
	return &pictureFound{ContentType: "image/png", Cache: "no-store", Body: png}, err
}
