"""A survey of households with everything that repeats, depends, is ranked, located and attached; read from Markdown."""

from __future__ import annotations

from dieutra.engine.forms.form import Form
from tests.engine.markdown import form

SURVEY = """
| survey |
| | type                     | name      | label::Tiếng Việt (vi) | label::English (en) | hint::Tiếng Việt (vi) | required | relevant | repeat_count | choice_filter | calculation | trigger | default | constraint | constraint_message::Tiếng Việt (vi) | appearance | parameters |
| | begin group              | dia_ban   | A. Địa bàn             | A. Area             |                       |          |          |              |               |             |         |         |            |                                     |            |            |
| | select_one vung          | vung      | Vùng                   | Region              |                       | yes      |          |              |               |             |         |         |            |                                     |            |            |
| | select_one tinh          | tinh      | Tỉnh, thành phố        | Province            | Chỉ hiện các tỉnh của vùng đã chọn. | yes | ${vung} != '' |  | vung=${vung} |       |         |         |            |                                     |            |            |
| | text                     | thon      | Thôn, tổ dân phố       | Village             |                       |          |          |              |               |             | ${tinh} |         |            |                                     |            |            |
| | geopoint                 | vi_tri    | Vị trí nhà văn hóa     | Position            |                       |          |          |              |               |             |         |         |            |                                     |            |            |
| | dateTime                 | gap_luc   | Thời điểm phỏng vấn    | Time of interview   |                       |          |          |              |               |             |         |         |            |                                     |            |            |
| | time                     | gio       | Giờ hẹn lần sau        | Next time           |                       |          |          |              |               |             |         |         |            |                                     |            |            |
| | end group                |           |                        |                     |                       |          |          |              |               |             |         |         |            |                                     |            |            |
| | begin repeat             | ho        | Hộ                     | Household           | Mỗi hộ sống trong thôn là một dòng. | |        |              |               |             |         |         |            |                                     |            |            |
| | text                     | ten       | Tên chủ hộ             | Head                |                       | yes      |          |              |               |             |         |         |            |                                     |            |            |
| | select_one nha           | nha       | Loại nhà               | House               |                       |          |          |              |               |             |         | kien_co |            |                                     |            |            |
| | integer                  | so_nguoi  | Số người trong hộ      | Members             | Tính cả trẻ em.       | yes      |          |              |               |             |         |         | . > 0 and . <= 30 | Số người của hộ ${ten} phải từ 1 đến 30. |        |            |
| | begin repeat             | nguoi     | Người                  | Person              |                       |          |          | ${so_nguoi}  |               |             |         |         |            |                                     | x-grid     |            |
| | text                     | ho_ten    | Họ và tên              | Name                |                       |          |          |              |               |             |         |         |            |                                     |            |            |
| | integer                  | tuoi      | Tuổi                   | Age                 |                       | ${ho_ten} != '' |   |              |               |             |         |         | . < 120    | Tuổi phải nhỏ hơn 120.              |            |            |
| | select_one gioi          | gioi      | Giới tính              | Sex                 |                       |          |          |              |               |             |         |         |            |                                     | minimal    |            |
| | end repeat               |           |                        |                     |                       |          |          |              |               |             |         |         |            |                                     |            |            |
| | begin repeat             | xe        | Xe ${bien_so}          | Vehicle ${bien_so}  |                       |          |          |              |               |             |         |         |            |                                     |            |            |
| | text                     | bien_so   | Biển số                | Plate               |                       |          |          |              |               |             |         |         |            |                                     |            |            |
| | integer                  | nam_sx    | Năm sản xuất           | Year                |                       |          |          |              |               |             |         |         |            |                                     |            |            |
| | end repeat               |           |                        |                     |                       |          |          |              |               |             |         |         |            |                                     |            |            |
| | calculate                | tuoi_tb   |                        |                     |                       |          |          |              |               | sum(${tuoi}) |        |         |            |                                     |            |            |
| | note                     | nhac      | Hộ ${ten} có ${so_nguoi} người, tổng số tuổi là ${tuoi_tb}. | Household ${ten} has ${so_nguoi} members, ages sum to ${tuoi_tb}. | | | ${tuoi_tb} > 0 | | | | | | | | | |
| | end repeat               |           |                        |                     |                       |          |          |              |               |             |         |         |            |                                     |            |            |
| | begin group              | chung     | C. Ý kiến chung        | C. Opinions         |                       |          |          |              |               |             |         |         |            |                                     |            |            |
| | integer                  | tong      | Tổng số người của các hộ | All members       |                       |          |          |              |               | sum(${so_nguoi}) |    |         |            |                                     |            |            |
| | rank viec                | uu_tien   | Việc nào nên làm trước? | What comes first?  | Xếp việc cần nhất lên đầu. |     |          |              |               |             |         |         |            |                                     |            |            |
| | range                    | hai_long  | Mức hài lòng về đường sá | Satisfaction      |                       |          |          |              |               |             |         |         |            |                                     |            | start=1 end=10 step=1 |
| | select_one muc           | an_ninh   | An ninh trật tự        | Safety              |                       |          |          |              |               |             |         |         |            |                                     | likert     |            |
| | select_multiple viec or_other | khac | Những việc đã làm trong năm | Done this year |                       |          |          |              |               |             |         |         |            |                                     | columns-2  |            |
| | date                     | nam_ntm   | Năm đạt chuẩn nông thôn mới | Year of standard |                      |          |          |              |               |             |         |         |            |                                     | year       |            |
| | image                    | anh       | Ảnh nhà văn hóa        | Picture             |                       |          |          |              |               |             |         |         |            |                                     |            |            |
| | acknowledge              | cam_doan  | Tôi cam đoan số liệu trên là đúng | I confirm | | yes |          |              |               |             |         |         |            |                                     |            |            |
| | end group                |           |                        |                     |                       |          |          |              |               |             |         |         |            |                                     |            |            |
| choices |
| | list_name | name     | label::Tiếng Việt (vi) | label::English (en) | vung |
| | vung      | bac      | Miền Bắc               | North               |      |
| | vung      | nam      | Miền Nam               | South               |      |
| | tinh      | 01       | Hà Nội                 | Hà Nội              | bac  |
| | tinh      | 35       | Hà Nam                 | Hà Nam              | bac  |
| | tinh      | 79       | Thành phố Hồ Chí Minh  | Hồ Chí Minh City    | nam  |
| | tinh      | 92       | Cần Thơ                | Cần Thơ             | nam  |
| | nha       | kien_co  | Nhà kiên cố            | Solid               |      |
| | nha       | tam      | Nhà tạm                | Makeshift           |      |
| | gioi      | nam      | Nam                    | Male                |      |
| | gioi      | nu       | Nữ                     | Female              |      |
| | viec      | duong    | Làm đường              | Roads               |      |
| | viec      | truong   | Sửa trường học         | School              |      |
| | viec      | nuoc     | Nước sạch              | Clean water         |      |
| | muc       | 1        | Rất kém                | Very bad            |      |
| | muc       | 2        | Kém                    | Bad                 |      |
| | muc       | 3        | Bình thường            | Fair                |      |
| | muc       | 4        | Tốt                    | Good                |      |
| | muc       | 5        | Rất tốt                | Very good           |      |
| settings |
| | form_title::Tiếng Việt (vi)  | form_title::English (en) | form_title | form_id | version | default_language |
| | Phiếu điều tra hộ (mô phỏng) | Household survey         | Phiếu điều tra hộ (mô phỏng) | ho | 1 | Tiếng Việt (vi) |
"""


def household_form() -> Form:
    return form(SURVEY)
