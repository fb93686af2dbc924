package surveys

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"guanxi/internal/api"
	"guanxi/internal/crm"
)

// Answers reads the answers about a store whose local date lies in a month,
// newest first, with what was replied.
type Answers interface {
	ListAnswers(ctx context.Context, store crm.StoreID, month crm.Date, limit int, after string) (page []crm.Answer, next string, err error)
}

func (l leaf) registerAnswers(a *api.API) {
	list := operation("list-answers", http.MethodGet, "/v1/surveys/{id}/answers", "What was answered to a survey")
	list.Description = "Month by month, the newest month first; within a month store by store, the newest answer first. A page may have fewer answers than its limit, even none: the list ends where next_cursor is absent."
	api.Register(a, list, l.listAnswers)
}

// Answer is one as staff see it.
type Answer struct {
	Invitation crm.InvitationID `json:"invitation" example:"inv_0190163d8694739b9c5f1e2d3a4b5c6d"`
	Customer   crm.CustomerID   `json:"customer" example:"cus_0190163d8694739b9c5f1e2d3a4b5c6d"`
	Version    int              `json:"survey_version" doc:"The version of the survey that was answered." example:"1"`
	Metric     crm.Metric       `json:"metric" enum:"nps,csat,ces" example:"nps"`
	Score      int              `json:"score" example:"9"`
	Replies    []crm.Reply      `json:"replies,omitempty" nullable:"false" doc:"To the questions that followed; texts are left out for roles that don't work with them."`
	At         time.Time        `json:"at" doc:"When the score was given."`
	Channel    crm.Channel      `json:"channel,omitempty" example:"email"`
	Store      crm.StoreID      `json:"store,omitempty" example:"sh-001"`
	Level      string           `json:"level,omitempty" doc:"The customer's when they answered." example:"gold"`
	Tier       string           `json:"tier,omitempty" doc:"Likewise." example:"growth"`
}

const (
	usualDays = 30  // are listed where the request names none
	mostDays  = 366 // may be asked for
	// mostLooks bounds the partitions that one page looks into: three hundred
	// stores without answers are not to cost a request's time.
	mostLooks = 60
)

func (l leaf) listAnswers(ctx context.Context, in *struct {
	SurveyPath
	api.Page
	From     crm.Date    `query:"from" format:"date" doc:"The first local date; absent: 30 days before to." example:"2026-11-01"`
	To       crm.Date    `query:"to" format:"date" doc:"The last local date; absent: today. At most 366 days after from." example:"2026-11-30"`
	Store    crm.StoreID `query:"store" maxLength:"63" doc:"Only about this store." example:"sh-001"`
	ScoreMax int         `query:"score_max" minimum:"0" maximum:"10" default:"10" doc:"Only this score and lower ones." example:"6"`
}) (*api.Listed[Answer], error) {
	if in.To == 0 {
		in.To = crm.DateIn(crm.AsOf(ctx), l.zone)
	}
	if in.From == 0 {
		in.From = in.To - usualDays
	}
	if in.From > in.To || in.To-in.From > mostDays {
		return nil, crm.Wrong("surveys.listAnswers", "query.from", "must be at most %d days before to", mostDays)
	}
	if _, err := l.surveys.ReadSurvey(ctx, in.ID); err != nil {
		return nil, err
	}
	stores, err := api.ScopeOf(ctx, l.surveys, in.Store)
	if err != nil {
		return nil, err
	}
	wanted := func(a crm.Answer) bool {
		return a.Survey == in.ID && a.On >= in.From && a.On <= in.To && a.Score <= in.ScoreMax
	}
	return api.List(ctx, l.api, in.Page,
		func(limit int, after string) ([]crm.Answer, string, error) {
			return l.walk(ctx, partitions(stores, in.From, in.To), limit, after, wanted)
		},
		func(a crm.Answer) (Answer, error) { return shownAnswer(a, api.CallerOf(ctx).Role), nil })
}

// partition is where answers lie together: the scope is part of the key.
type partition struct {
	month crm.Date // any date of it
	store crm.StoreID
}

func (p partition) name() string { return p.month.String()[:len("2006-01")] + " " + string(p.store) }

// partitions are those of the stores between two dates, the newest month first.
func partitions(stores []crm.StoreID, from, to crm.Date) (all []partition) {
	first := func(d crm.Date) crm.Date { return d - crm.Date(d.Midnight(time.UTC).Day()) + 1 }
	for month := first(to); month >= first(from); month = first(month - 1) {
		for _, store := range stores {
			all = append(all, partition{month, store})
		}
	}
	return all
}

// walk reads on from a position, which names a partition and the place in it,
// until the page is full or it has looked long enough.
func (l leaf) walk(ctx context.Context, all []partition, limit int, position string, wanted func(crm.Answer) bool) (page []crm.Answer, next string, err error) {
	at, after, _ := strings.Cut(position, "\n")
	begin := max(0, slices.IndexFunc(all, func(p partition) bool { return p.name() == at }))
	looks := 0
	for i := begin; i < len(all); i++ {
		p := all[i]
		for {
			if looks == mostLooks || len(page) == limit {
				return page, p.name() + "\n" + after, nil
			}
			looks++
			// no more than fit, so that the place in the partition is exact
			got, stopped, err := l.answers.ListAnswers(ctx, p.store, p.month, limit-len(page), after)
			if err != nil {
				return nil, "", err
			}
			for _, a := range got {
				if wanted(a) {
					page = append(page, a)
				}
			}
			if after = stopped; after == "" {
				break
			}
		}
	}
	return page, "", nil
}

func shownAnswer(a crm.Answer, role api.Role) Answer {
	shown := Answer{Invitation: a.Invitation, Customer: a.Customer, Version: a.Edition, Metric: a.Metric, Score: a.Score,
		At: a.At, Channel: a.Channel, Store: a.Store, Level: a.Level, Tier: a.Tier}
	for _, r := range a.Replies {
		if r.Text == "" || readsComments(role) {
			shown.Replies = append(shown.Replies, r)
		}
	}
	return shown
}

// readsComments tells whether the role works with what customers wrote.
func readsComments(role api.Role) bool {
	switch role {
	case api.Admin, api.Manager, api.Service, api.Marketing, api.Store:
		return true
	}
	return false
}
