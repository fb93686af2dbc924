package customers

import (
	"context"
	"time"

	"guanxi/internal/api"
	"guanxi/internal/crm"
	"guanxi/internal/customer"
)

// Fields are what callers state about a customer.
type Fields struct {
	Kind       customer.Kind `json:"kind,omitempty" enum:"person,organisation" default:"person"`
	Name       string        `json:"name,omitempty" maxLength:"200" doc:"Without salutation." example:"张美"`
	Salutation string        `json:"salutation,omitempty" maxLength:"40" example:"女士"`
	Sex        customer.Sex  `json:"sex,omitempty" enum:"female,male,other" doc:"As they told us; never guessed."`
	Occupation string        `json:"occupation,omitempty" maxLength:"100"`
	Tags       []string      `json:"tags,omitempty" nullable:"false" maxItems:"50"`
	Owner      crm.Subject   `json:"owner,omitempty" maxLength:"128" doc:"The member of staff who looks after them."`
	HomeStore  crm.StoreID   `json:"home_store,omitempty" maxLength:"128" example:"sh-001"`
	Source     crm.Channel   `json:"source,omitempty" maxLength:"32" doc:"Where we met first." example:"pos"`

	Phone    string    `json:"phone,omitempty" maxLength:"40" doc:"Kept as E.164; a number without a country is the deployment's." example:"138 1234 5678"`
	Email    string    `json:"email,omitempty" maxLength:"254" example:"mei@example.com"`
	Contacts []contact `json:"contacts,omitempty" nullable:"false" maxItems:"30" doc:"Further contact points."`
	Address  *address  `json:"address,omitempty"`
	Birthday string    `json:"birthday,omitempty" maxLength:"10" doc:"1988-05-17, or --05-17 without the year." example:"1988-05-17"`
	Cards    []string  `json:"cards,omitempty" nullable:"false" maxItems:"30" doc:"Membership cards."`
}

type contact struct {
	Kind  string `json:"kind" maxLength:"32" example:"wechat"`
	Value string `json:"value" maxLength:"254" example:"mei-1988"`
}

type address struct {
	Country  string   `json:"country,omitempty" maxLength:"2" example:"CN"`
	Province string   `json:"province,omitempty" maxLength:"200"`
	City     string   `json:"city,omitempty" maxLength:"200" example:"上海"`
	Postcode string   `json:"postcode,omitempty" maxLength:"40"`
	Lines    []string `json:"lines,omitempty" nullable:"false" maxItems:"5"`
}

// Customer is a profile as the caller's role may see it.
type Customer struct {
	ID crm.CustomerID `json:"id" readOnly:"true" example:"cus_0190163d8694739b9c5f1e2d3a4b5c6d"`
	Fields
	Platforms []customer.Platform `json:"platforms,omitempty" nullable:"false" readOnly:"true" doc:"Accounts at connected shops."`
	CreatedAt time.Time           `json:"created_at" readOnly:"true"`
	UpdatedAt time.Time           `json:"updated_at" readOnly:"true"`
}

// profile is base with the fields in the place of what it had.
func (f Fields) profile(base customer.Profile) customer.Profile {
	p := base
	p.Kind, p.Name, p.Salutation, p.Sex, p.Occupation, p.Tags = f.Kind, f.Name, f.Salutation, f.Sex, f.Occupation, f.Tags
	p.Owner, p.HomeStore, p.Source = f.Owner, f.HomeStore, f.Source
	p.Phone, p.Email, p.Birthday, p.Cards = f.Phone, f.Email, f.Birthday, f.Cards
	if p.Kind == "" {
		p.Kind = customer.Person
	}
	p.Contacts = nil
	for _, c := range f.Contacts {
		p.Contacts = append(p.Contacts, customer.Contact(c))
	}
	p.Address = (*customer.Address)(f.Address)
	return p
}

func fieldsOf(p customer.Profile) Fields {
	f := Fields{Kind: p.Kind, Name: p.Name, Salutation: p.Salutation, Sex: p.Sex, Occupation: p.Occupation, Tags: p.Tags,
		Owner: p.Owner, HomeStore: p.HomeStore, Source: p.Source, Phone: p.Phone, Email: p.Email, Birthday: p.Birthday, Cards: p.Cards,
		Address: (*address)(p.Address)}
	for _, c := range p.Contacts {
		f.Contacts = append(f.Contacts, contact(c))
	}
	return f
}

// shown masks contact data for roles that do not need it.
func shown(ctx context.Context, p customer.Profile) Customer {
	if !api.CallerOf(ctx).Role.SeesContacts() {
		p = p.Masked()
	}
	return Customer{ID: p.ID, Fields: fieldsOf(p), Platforms: p.Platforms, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt}
}
