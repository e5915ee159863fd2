"""The words of the respondent's pages, Vietnamese and English; the questionnaire itself brings its own."""

from __future__ import annotations

VI = {
    "title": "Phiếu khảo sát ý kiến",
    "simulated": "Cuộc khảo sát mô phỏng để tập huấn và thử nghiệm; không phải khảo sát chính thức.",
    "language": "Ngôn ngữ",
    "skip": "Đến nội dung chính",
    "no_account": "Không cần tài khoản. Mọi câu trả lời được giữ kín.",
    "door_title": "Mở phiếu khảo sát",
    "door_lead": "Đang mở phiếu từ liên kết trong thư…",
    "door_code": "Dán mã trong thư",
    "door_hint": "Mã gồm 25 chữ và số, là phần sau dấu # của liên kết trong thư, dạng ABCDE-FGHJK-… Có dấu gạch, "
    "dấu cách hay chữ thường đều được.",
    "door_without_js": "Trình duyệt này không chạy JavaScript nên liên kết không tự mở phiếu. Hãy chép mã trong thư "
    "rồi dán vào ô dưới đây.",
    "door_open": "Mở phiếu",
    "door_once": "Mở phiếu không có nghĩa là đã trả lời: chỉ khi Ông/Bà bấm “Gửi câu trả lời” thì phiếu mới "
    "được ghi nhận.",
    "about_body": "Cơ quan được đánh giá",
    "about_group": "Nhóm",
    "before_title": "Trước khi trả lời",
    "promise_more": "Ai thấy gì, hỏi ai",
    "deadline": "Nhận câu trả lời đến hết ngày",
    "two_minutes": "Mất khoảng hai đến năm phút. Phiếu tự lưu; Ông/Bà có thể nghỉ và mở lại bằng liên kết trong "
    "thư, trên máy này hay máy khác.",
    "known": "Hệ thống biết Ông/Bà đã trả lời hay chưa, để không nhắc lại và để mỗi người chỉ trả lời một "
    "lần.",
    "unknown": "Không ai biết Ông/Bà trả lời thế nào. Câu trả lời được cất riêng, không kèm tên, địa chỉ "
    "thư, mã hay giờ gửi, và chỉ được mở ra cùng lúc với câu trả lời của những người khác cùng "
    "nhóm. Nhóm nào ở một cơ quan có quá ít người trả lời thì được gộp với các cơ quan khác, không kèm "
    "tên cơ quan; vẫn quá ít thì bị hủy, không ai đọc.",
    "seen_by": "Cơ quan của Ông/Bà chỉ thấy số người đã trả lời của từng nhóm, không thấy là ai. Nhóm có "
    "ít người được mời không được nêu riêng với cơ quan.",
    "device": "Để phát hiện một máy trả lời thay nhiều người, trình duyệt này được cấp một số ngẫu nhiên; "
    "số đó và địa chỉ mạng chỉ được giữ ở dạng đã mã hóa bằng một khóa. Khóa bị hủy sau khi cuộc "
    "khảo sát kết thúc.",
    "open_words": "Ở câu viết bằng lời, xin đừng ghi tên hay việc riêng có thể cho biết Ông/Bà là ai.",
    "forward": "Xin đừng chuyển tiếp thư mời: ai có liên kết cũng xem được phần đang làm dở và trả lời thay "
    "được một lần.",
    "ask": "Cần hỏi",
    "ask_anybody": "Hãy liên hệ bộ phận của cơ quan đã lập danh sách khảo sát. Không ai cần biết Ông/Bà chọn gì.",
    "leave": "Đóng phiếu trên máy này",
    "leave_hint": "Dùng máy chung? Đóng phiếu để người sau không xem được; phần đã lưu vẫn còn.",
    "left_title": "Đã đóng phiếu trên máy này",
    "left": "Phần đã lưu vẫn còn. Muốn làm tiếp, hãy mở lại liên kết trong thư.",
    "check_title": "Xem lại trước khi gửi",
    "check_missing": "Còn câu chưa trả lời",
    "check_wrong": "Câu cần sửa",
    "check_yours": "Câu trả lời của Ông/Bà",
    "check_empty": "Không trả lời",
    "check_final": "Sau khi gửi, không ai sửa được câu trả lời hay xem lại được đó là của Ông/Bà, kể cả chính Ông/Bà.",
    "check_back": "Quay lại sửa",
    "send": "Gửi câu trả lời",
    "thanks_title": "Đã nhận câu trả lời",
    "thanks": "Cảm ơn Ông/Bà. Câu trả lời đã được cất kín.",
    "answered_title": "Ông/Bà đã trả lời",
    "answered": "Phiếu của Ông/Bà đã được gửi. Mỗi người trả lời một lần, nên không có gì được ghi thêm và "
    "không xem lại được câu trả lời.",
    "receipt": "Mã biên nhận",
    "receipt_means": "Mã này chứng tỏ Ông/Bà đã trả lời và không cho biết trả lời thế nào. Không cần giữ: mở lại "
    "liên kết trong thư sẽ thấy lại mã.",
    "receipt_gone": "Mã biên nhận không tính lại được nữa, vì khóa bảo mật của cuộc khảo sát đã được hủy sau khi "
    "kết thúc.",
    "receipt_close": "Phiếu trên máy này đã được đóng. Có thể đóng trang.",
    "unknown_title": "Chưa mở được phiếu",
    "unknown_code": "Mã này không mở được phiếu nào. Hãy dùng liên kết hoặc mã trong thư mới nhất gửi cho Ông/Bà, "
    "và chép đủ cả mã.",
    "before_open_title": "Cuộc khảo sát chưa mở",
    "before_open": "Xin quay lại, vẫn bằng liên kết này, từ ngày",
    "after_title": "Cuộc khảo sát đã kết thúc",
    "after": "Xin cảm ơn Ông/Bà đã quan tâm. Phiếu được nhận đến hết ngày",
    "withdrawn_title": "Lời mời đã được thu lại",
    "withdrawn": "Ông/Bà không còn trong danh sách được hỏi ý kiến, nên không cần làm gì. Xin cảm ơn.",
    "no_key_title": "Tạm thời chưa mở được phiếu",
    "no_key": "Hệ thống đang thiếu tệp khóa bảo mật nên không nhận phiếu, để không câu trả lời nào bị cất "
    "sai chỗ. Phần đã lưu vẫn còn. Xin thử lại sau ít giờ.",
    "too_many_title": "Quá nhiều mã sai",
    "too_many": "Có quá nhiều mã sai từ mạng này trong một phút. Hãy chờ một phút rồi mở lại liên kết trong "
    "thư.",
    "closed_here_title": "Phiếu chưa mở trên máy này",
    "closed_here": "Phiếu đã được đóng trên máy này, hoặc trình duyệt không nhận cookie. Hãy mở lại liên kết "
    "trong thư. Nếu đã gửi, trang sẽ cho thấy mã biên nhận.",
    "moved_title": "Phiếu vừa được lưu ở nơi khác",
    "moved": "Phiếu đã được lưu từ một cửa sổ hoặc máy khác sau khi trang này mở ra. Chưa có gì bị ghi đè. "
    "Hãy xem lại bản mới nhất.",
    "again": "Nhập lại mã",
    "to_form": "Về phiếu",
    "not_saved": "Chưa lưu được",
    "not_sent": "Chưa gửi được",
}

EN = {
    "title": "Opinion survey",
    "simulated": "A simulated survey for training and testing; not an official one.",
    "language": "Language",
    "skip": "Skip to the content",
    "no_account": "No account is needed. All answers are kept secret.",
    "door_title": "Open the questionnaire",
    "door_lead": "Opening the questionnaire from the link in your letter…",
    "door_code": "Paste the code of your letter",
    "door_hint": "The code has 25 letters and digits: what stands after # in the link of your letter, like "
    "ABCDE-FGHJK-… Dashes, spaces and small letters do no harm.",
    "door_without_js": "This browser does not run JavaScript, so the link cannot open the questionnaire by itself. "
    "Copy the code from your letter and paste it below.",
    "door_open": "Open",
    "door_once": "Opening is not answering: only “Send my answers” counts.",
    "about_body": "Body assessed",
    "about_group": "Group",
    "before_title": "Before you answer",
    "promise_more": "Who sees what, whom to ask",
    "deadline": "Answers are taken until the end of",
    "two_minutes": "It takes about two to five minutes. What you fill in is saved; you may stop and come back by the "
    "link in your letter, on this device or another.",
    "known": "The system knows whether you have answered, so that you are not reminded in vain and "
    "everybody answers once.",
    "unknown": "Nobody knows what you answered. Answers are kept apart, without name, address, code or hour, "
    "and are opened only together with those of others of your group. Where too few of a group answer at "
    "one organisation, theirs are pooled with those of other organisations, without its name; if they are "
    "still too few, they are destroyed unread.",
    "seen_by": "Your organisation sees how many of each group have answered, never who. Groups in which "
    "few people are invited are not shown on their own to the organisation.",
    "device": "To find out when one device answers for many people, this browser gets a random number; that "
    "number and the network address are kept only as codes made with a key. The key is destroyed "
    "after the survey.",
    "open_words": "Where you write in words, please name nobody and nothing that would show who you are.",
    "forward": "Please do not forward the letter: whoever has the link can see what is begun and answer once "
    "in your place.",
    "ask": "Questions",
    "ask_anybody": "Ask the office that made the list of people. Nobody needs to know what you choose.",
    "leave": "Close on this device",
    "leave_hint": "A shared computer? Close the questionnaire, so that the next person cannot see it; what is "
    "saved stays.",
    "left_title": "Closed on this device",
    "left": "What was saved is still there. To go on, open the link in your letter again.",
    "check_title": "Look once more before sending",
    "check_missing": "Not answered yet",
    "check_wrong": "To be corrected",
    "check_yours": "Your answers",
    "check_empty": "No answer",
    "check_final": "Once sent, nobody can change your answers or look them up as yours, you included.",
    "check_back": "Back to the questions",
    "send": "Send my answers",
    "thanks_title": "Your answers have arrived",
    "thanks": "Thank you. Your answers are locked away.",
    "answered_title": "You have answered",
    "answered": "Your questionnaire has been sent. Everybody answers once, so nothing more was recorded, and "
    "the answers cannot be shown again.",
    "receipt": "Receipt",
    "receipt_means": "It proves that you answered and says nothing of what you answered. You need not keep it: the "
    "link in your letter shows it again.",
    "receipt_gone": "The receipt cannot be worked out any more: the survey's key was destroyed after its end.",
    "receipt_close": "The questionnaire is closed on this device. You may close the page.",
    "unknown_title": "Not opened",
    "unknown_code": "This code opens no questionnaire. Use the link or the code of your newest letter, and copy "
    "all of it.",
    "before_open_title": "The survey is not open yet",
    "before_open": "Please come back, with this same link, from",
    "after_title": "The survey has ended",
    "after": "Thank you for your interest. Answers were taken until the end of",
    "withdrawn_title": "The invitation was withdrawn",
    "withdrawn": "You are no longer on the list of people to be asked, so there is nothing to do. Thank you.",
    "no_key_title": "Not available for the moment",
    "no_key": "The system lacks its key file and takes no answers, so that none is kept wrongly. What was "
    "saved is still there. Please try again in some hours.",
    "too_many_title": "Too many wrong codes",
    "too_many": "Too many wrong codes came from this network within a minute. Wait a minute, then open the "
    "link in your letter again.",
    "closed_here_title": "Not open on this device",
    "closed_here": "The questionnaire was closed on this device, or the browser takes no cookies. Open the link "
    "in your letter again. If you have sent it, the page will show your receipt.",
    "moved_title": "Saved elsewhere meanwhile",
    "moved": "The questionnaire was saved from another window or device after this page was opened. "
    "Nothing was overwritten. Please look at the newest state.",
    "again": "Enter the code again",
    "to_form": "To the questionnaire",
    "not_saved": "Not saved",
    "not_sent": "Not sent",
}

LANGUAGES = {"vi": VI, "en": EN}
