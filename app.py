"""Starts the pages: `streamlit run app.py`. A page is a line here."""

import streamlit as st

from cxr_app.pages import classify, frame, model_card

st.set_page_config(page_title="CXR Demo", layout="centered")
frame.show((classify.PAGE, model_card.PAGE))
