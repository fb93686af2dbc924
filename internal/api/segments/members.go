package segments

import (
	"context"
	"slices"

	"guanxi/internal/api"
	"guanxi/internal/card"
	"guanxi/internal/crm"
	"guanxi/internal/level"
	"guanxi/internal/tier"
)

// Member is a customer in a segment, as lists show customers.
type Member struct {
	ID     crm.CustomerID `json:"id" example:"cus_0190163d8694739b9c5f1e2d3a4b5c6d"`
	Name   string         `json:"name,omitempty" example:"张美"`
	Owner  crm.Subject    `json:"owner,omitempty" example:"u-li"`
	Level  level.Level    `json:"level,omitempty" enum:",silver,gold,diamond,dormant"`
	Tier   tier.Tier      `json:"tier,omitempty" enum:",strategic,growth,basic,dormant"`
	Need   tier.Need      `json:"need,omitempty" enum:",prospect,new,existing"`
	Status tier.Status    `json:"status,omitempty" enum:",active,dormant,lost"`
}

func shownMember(c card.Card) (Member, error) {
	return Member{c.Customer, c.Name, c.Owner, c.Level, c.Tier, c.Need, c.Status}, nil
}

func (l leaf) who(ctx context.Context, in *struct {
	Path
	Store crm.StoreID `query:"store" maxLength:"128" doc:"At home there, bought or checked in there." example:"sh-001"`
	api.Page
}) (*api.Listed[Member], error) {
	if _, _, err := l.find(ctx, in.ID); err != nil {
		return nil, err
	}
	lists := listsOf(api.CallerOf(ctx), in.Store)
	return api.List(ctx, l.api, in.Page, func(limit int, after string) ([]card.Card, string, error) {
		if !api.CallerOf(ctx).Role.SeesContacts() {
			first, _, err := l.members.Members(ctx, in.ID, lists, fewest, "")
			if err != nil || len(first) < fewest {
				return nil, "", err
			}
		}
		page, next, err := l.members.Members(ctx, in.ID, lists, limit, crm.CustomerID(after))
		return page, string(next), err
	}, shownMember)
}

// listsOf are the lists that hold the caller's scope, or the part of it in one
// store; a store outside of the scope has none, like one that does not exist.
func listsOf(caller api.Caller, only crm.StoreID) (lists []card.List) {
	if caller.Scope == api.All {
		return []card.List{{Store: only}}
	}
	if only != "" {
		if slices.Contains(caller.Stores, only) {
			return []card.List{{Store: only}}
		}
		return nil
	}
	lists = []card.List{{Owner: caller.Subject}}
	for _, store := range caller.Stores {
		lists = append(lists, card.List{Store: store})
	}
	return lists
}
