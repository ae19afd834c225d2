package api

import (
	"context"
	"errors"
	"net/http"

	"offsite/api/problem"
	"offsite/api/wire"
	"offsite/casework"
	"offsite/casework/room"
)

// meetings is room.Rooms: where inquiries by video are held.
type meetings interface {
	Join(ctx context.Context, roomID, caseID string, side room.Side, offer string) (answer string, err error)
}

func (a *API) inquiryOperations() {
	const tag = "inquiries"
	handle(a, operation{id: "get-inquiry", method: http.MethodGet, path: "/cases/{id}/inquiry", summary: "How far the inquiry by video is (视频询问)", tag: tag}, a.getInquiry)
	handle(a, operation{id: "join-room", method: http.MethodPost, path: "/cases/{id}/inquiry/join", summary: "Enter the open room, as an officer of the case: a WebRTC offer for its answer", tag: tag}, a.joinRoom)
	handle(a, operation{id: "get-portal-inquiry", method: http.MethodGet, path: "/portal/inquiry", summary: "How far the party's inquiry by video is", tag: tag}, a.getPortalInquiry)
	handle(a, operation{id: "send-code", method: http.MethodPost, path: "/portal/code", summary: "Send a code to the party's telephone", tag: tag}, a.sendCode)
	handle(a, operation{id: "prove-party", method: http.MethodPost, path: "/portal/code/check", summary: "Enter the code: the session's second factor, for two hours", tag: tag, status: http.StatusNoContent}, a.proveParty)
	handle(a, operation{id: "agree-recording", method: http.MethodPost, path: "/portal/inquiry/agreement", summary: "Agree to be recorded, or refuse: then there is no inquiry by video", tag: tag, status: http.StatusNoContent}, a.agreeRecording)
	handle(a, operation{id: "join-inquiry", method: http.MethodPost, path: "/portal/inquiry/join", summary: "Enter the open room, as the party", tag: tag}, a.joinInquiry)
	handle(a, operation{id: "get-portal-recording", method: http.MethodGet, path: "/portal/inquiry/recordings/{bundle}/{file}", summary: "The party's own side of an inquiry by video, as sealed, by range if asked; the view is recorded", tag: tag, binary: "video/webm"}, a.getPortalRecording)
	handle(a, operation{id: "confirm-inquiry", method: http.MethodPost, path: "/portal/inquiry/confirmation", summary: "Confirm the record of the inquiry (核对询问笔录)", tag: tag, status: http.StatusNoContent}, a.confirmInquiry)
}

func (a *API) getInquiry(ctx context.Context, in *ByID) (*answer[casework.Inquiry], error) {
	i, err := a.o.Casework.Inquiry(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &answer[casework.Inquiry]{i}, nil
}

type roomOffer struct {
	ByID
	Body wire.SessionDescription
}

func (a *API) joinRoom(ctx context.Context, in *roomOffer) (*answer[wire.SessionDescription], error) {
	who := actor(ctx)
	return a.enter(ctx, &who, in.ID, room.Officer, in.Body.SDP)
}

func (a *API) joinInquiry(ctx context.Context, in *struct{ Body wire.SessionDescription }) (*answer[wire.SessionDescription], error) {
	return a.enter(ctx, nil, callerOf(ctx).caseID, room.Party, in.Body.SDP)
}

// enter lets somebody into the open room of a case; casework says who may.
func (a *API) enter(ctx context.Context, who *casework.Actor, caseID string, side room.Side, offer string) (*answer[wire.SessionDescription], error) {
	if a.o.Rooms == nil {
		return nil, problem.Away("此服务未启用视频询问。", "This server holds no inquiries by video.", nil)
	}
	id, err := a.o.Casework.Seat(ctx, who, caseID)
	if err != nil {
		return nil, err
	}
	sdp, err := a.o.Rooms.Join(ctx, id, caseID, side, offer)
	var wrong *room.OfferError
	if errors.As(err, &wrong) {
		return nil, problem.Invalid("浏览器的音视频连接请求无法应答；请换用新版浏览器。", "Your browser's offer cannot be answered; use a current browser.", problem.Field{Message: wrong.Error(), Location: "body.sdp"})
	}
	if err != nil {
		return nil, err
	}
	if who != nil { // one of the two who must be there
		if err := a.o.Casework.Attend(ctx, *who, caseID); err != nil {
			return nil, err
		}
	}
	return &answer[wire.SessionDescription]{wire.SessionDescription{SDP: sdp}}, nil
}

func (a *API) getPortalInquiry(ctx context.Context, _ *empty) (*answer[wire.PortalInquiry], error) {
	c := callerOf(ctx)
	i, err := a.o.Casework.Inquiry(ctx, c.caseID)
	if err != nil {
		return nil, err
	}
	proved, err := a.o.Casework.Proved(ctx, c.portal)
	if err != nil {
		return nil, err
	}
	recordings, err := a.o.Casework.PortalRecordings(ctx, c.caseID)
	if err != nil {
		return nil, err
	}
	return &answer[wire.PortalInquiry]{wire.PortalInquiry{Inquiry: i, Proved: proved, Recordings: recordings}}, nil
}

type portalRecording struct {
	BundleID
	File string `path:"file" maxLength:"200"`
}

func (a *API) getPortalRecording(ctx context.Context, in *portalRecording) (*stream, error) {
	receipt, path, err := a.o.Casework.PortalRecording(ctx, callerOf(ctx).caseID, in.Bundle, in.File)
	if err != nil {
		return nil, err
	}
	return a.toParty(ctx, receipt.BundleID, receipt, path, seenBy(ctx)), nil
}

func (a *API) sendCode(ctx context.Context, _ *struct{ Body struct{} }) (*answer[wire.PortalPhone], error) {
	phone, err := a.o.Casework.SendCode(ctx, callerOf(ctx).caseID)
	if err != nil {
		return nil, err
	}
	return &answer[wire.PortalPhone]{wire.PortalPhone{Phone: phone}}, nil
}

func (a *API) proveParty(ctx context.Context, in *struct{ Body wire.PortalCode }) (*empty, error) {
	c := callerOf(ctx)
	return &empty{}, a.o.Casework.Prove(ctx, c.portal, in.Body.Code, c.visit())
}

func (a *API) agreeRecording(ctx context.Context, in *struct{ Body wire.PortalAgreement }) (*empty, error) {
	c := callerOf(ctx)
	return &empty{}, a.o.Casework.AgreeRecording(ctx, c.caseID, in.Body.Agree, c.visit())
}

func (a *API) confirmInquiry(ctx context.Context, in *struct{ Body wire.PortalCorrection }) (*empty, error) {
	c := callerOf(ctx)
	return &empty{}, a.o.Casework.ConfirmInquiry(ctx, c.caseID, in.Body.Text, c.visit())
}
