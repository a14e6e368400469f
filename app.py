"""Starts the page: `streamlit run app.py`."""

import streamlit as st

from cxr_app.pages.classify import page as classify

st.set_page_config(page_title="CXR Demo", layout="centered")
st.navigation([st.Page(classify, title="Classify", url_path="classify", default=True)]).run()
