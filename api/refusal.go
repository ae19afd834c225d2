package api

import (
	"context"
	"errors"
	"net/http"

	"offsite/api/problem"
	"offsite/casework"
	"offsite/casework/calendar"
	"offsite/casework/flow"
	"offsite/evidence/translog/lot"
	"offsite/evidence/translog/sample"
	"offsite/evidence/vault"
	"offsite/privacy"
	"offsite/registry"
	"offsite/registry/account"
	"offsite/store"
)

// problem makes of an error what the client is told. What we do not know is our
// own fault: it is logged here, with the request's id, and nowhere else.
func (a *API) problem(ctx context.Context, operation string, err error) *problem.Problem {
	p := known(err)
	if p == nil && ctx.Err() != nil { // the client has gone; nobody reads this
		return problem.New(statusClientGone, "请求已取消。", "The request was cancelled.")
	}
	if p == nil {
		p = problem.Internal(err)
	}
	if p.Status >= http.StatusInternalServerError {
		a.log.ErrorContext(ctx, "request failed", "operation", operation, "request", callerOf(ctx).request, "error", err)
	}
	return p
}

const statusClientGone = 499 // nginx's number for it

// known gives the problem of an error that a client can do something about.
func known(err error) *problem.Problem {
	var p *problem.Problem
	var refusal *casework.Refusal
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &refusal):
		return refused(refusal)
	case errors.Is(err, casework.ErrNotFound):
		return problem.NotFound("这条记录", "record").Because(err)
	case errors.Is(err, casework.ErrCopyAwaited):
		return problem.New(http.StatusServiceUnavailable, "遮挡了行人和车辆的副本正在制作和封存，大约需要一两分钟，请稍后再打开。",
			"A copy with people and vehicles covered is being made and sealed, which takes a minute or two. Open it again then.").With("Retry-After", "10").Because(err)
	case errors.Is(err, privacy.ErrNoRequest):
		return problem.NotFound("这项申请", "request").Because(err)
	case errors.Is(err, casework.ErrChanged):
		return problem.Stale()
	case errors.Is(err, casework.ErrLink):
		return problem.New(http.StatusUnauthorized, "链接无效或已过期，请使用最新收到的链接，或联系执法队。", "The link is not valid or has expired; use the newest one you were sent, or call the bureau.")
	case errors.Is(err, casework.ErrForged):
		return problem.New(http.StatusUnauthorized, "回调签名无效。", "The callback's signature does not hold.").Because(err)
	case errors.Is(err, calendar.ErrNoYear):
		return problem.New(http.StatusConflict, "期限所及的年度尚未录入工作日安排，无法计算期限；请在“设置—工作日”录入国务院办公厅的通知后再办。",
			"A deadline reaches into a year whose working days nobody has entered, and is not guessed; enter the State Council's notice under Settings → Working days, then do it again.").Because(err)
	case errors.Is(err, lot.ErrNone):
		return problem.NotFound("这次抽取", "draw").Because(err)
	case errors.Is(err, lot.ErrTooSoon):
		return problem.Invalid("抽取时间须在一分钟以后：先公告，后抽取。", "The draw must lie at least a minute ahead: it is announced before it is made.", problem.Field{Message: "at least a minute ahead", Location: "body.draws"})
	case errors.Is(err, sample.ErrTerms):
		return problem.Invalid("请选择先后有序的起止时间，比例在 0 与 100% 之间。", "Choose a period that ends after it begins, and a rate above 0 and up to 100 %.", problem.Field{Message: "a period and a rate", Location: "body.rate"})
	case sqlState(err) == otherTownship:
		return problem.Invalid("所填乡镇不在您的管辖范围，请填写本乡镇。", "The township is not one of yours; enter your own.", problem.Field{Message: "not one of your townships", Location: "body.township"}).Because(err)
	case unstorable(err):
		return problem.Invalid("内容含有无法保存的空字符，请删去后重试。", "The text holds a NUL character, which cannot be kept; take it out and try again.").Because(err)
	case store.Away(err):
		return problem.Away("数据库暂时无法访问，已保存的内容不受影响，请稍后再试。", "The database cannot be reached just now; what was saved is safe. Try again in a moment.", err)
	case errors.Is(err, vault.ErrNoEntry):
		return problem.NotFound("这个文件", "file in the bundle")
	}
	return registryProblem(err)
}

// unstorable says that a client's text holds what the database cannot keep: NUL, in
// text (22021) or within JSON (22P05).
func unstorable(err error) bool { return sqlState(err) == "22021" || sqlState(err) == "22P05" }

// otherTownship is the SQLSTATE of a row that a narrowed connection could not see again
// (WITH CHECK OPTION).
const otherTownship = "44000"

func sqlState(err error) string {
	var answer interface{ SQLState() string }
	if errors.As(err, &answer) {
		return answer.SQLState()
	}
	return ""
}

// refused is a step that the law, the person or a field does not allow.
func refused(r *casework.Refusal) *problem.Problem {
	status := http.StatusConflict
	switch r.Kind {
	case flow.Forbidden:
		status = http.StatusForbidden
	case flow.Invalid:
		status = http.StatusUnprocessableEntity
	case flow.Unlawful:
	}
	p := problem.New(status, r.ZH, r.EN).Under(r.Article)
	if r.Field != "" {
		p.Errors = []problem.Field{{Message: r.EN, Location: "body." + r.Field}}
	}
	return p
}

// registryProblem gives the problem of what registry and account refuse.
func registryProblem(err error) *problem.Problem {
	var field *registry.Refused
	var about *account.Refused
	var limited *account.Limited
	switch {
	case errors.As(err, &field):
		p := problem.Invalid(field.ZH, field.EN, problem.Field{Message: field.EN, Location: "body." + field.Field})
		if field.Existing != "" {
			p.Status, p.Title = http.StatusConflict, http.StatusText(http.StatusConflict)
		}
		return p
	case errors.As(err, &about):
		return problem.Invalid(about.ZH, about.EN, problem.Field{Message: about.EN, Location: "body." + about.Field})
	case errors.Is(err, account.ErrPasskey):
		return accountProblem(err)
	case errors.Is(err, registry.ErrNotFound), errors.Is(err, account.ErrNotFound):
		return problem.NotFound("这条记录", "record").Because(err)
	case errors.Is(err, registry.ErrConflict):
		return problem.Stale()
	case errors.As(err, &limited):
		return tooMany(limited.Wait, false)
	}
	return accountProblem(err)
}

func accountProblem(err error) *problem.Problem {
	switch {
	case errors.Is(err, account.ErrFactor):
		return problem.FactorWanted()
	case errors.Is(err, account.ErrCode):
		p := problem.FactorWanted()
		p.DetailZH, p.DetailEN = "动态码或恢复码不正确，或已用过；请等待下一个动态码。", "The code is wrong or was used before; wait for the next one."
		return p
	case errors.Is(err, account.ErrPasskey):
		return problem.New(http.StatusUnauthorized, "通行密钥验证未通过或已超时，请重试。", "The passkey's answer does not hold or came too late; try again.").Because(err)
	case errors.Is(err, account.ErrElsewhere):
		return problem.New(http.StatusConflict, "此账号由统一身份认证登录，密码和第二因素请在那里设置。", "This account signs in at your identity provider: its password and second factors are kept there.")
	case errors.Is(err, account.ErrCredentials):
		return problem.New(http.StatusUnauthorized, "用户名或密码不正确。", "User name or password is wrong.")
	case errors.Is(err, account.ErrNoSession):
		return problem.NotSignedIn()
	case errors.Is(err, account.ErrDuplicate):
		return problem.New(http.StatusConflict, "该用户名已被使用（可能属于已停用的账号）。", "This user name is taken, perhaps by a disabled account.")
	case errors.Is(err, account.ErrLastAdmin):
		return problem.New(http.StatusConflict, "至少须保留一名系统管理员；请先另设一名。", "One administrator must remain; make another first.")
	}
	return nil
}
